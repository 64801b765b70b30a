#pragma once

#include <CLI/App.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Adds --prior: natural, tempered or uniform. `by_itself` is the default, for the help; `prior` stays empty without
/// it.
void add_prior_option(CLI::App& command, std::optional<std::string>& prior, const std::string& by_itself);

/// What inkling::with_uniform_prior takes out: how frequent each class was where the model learned; half of that (see
/// inkling::tempered_prior) when `prior` is tempered, nothing when it is natural. Throws inkling::FormatError when the
/// model file does not say it.
std::optional<std::vector<double>> prior_to_remove(const std::string& prior, const std::filesystem::path& model);

/// True when the model file says how frequent its classes were where the model learned.
bool knows_prior(const std::filesystem::path& model);
