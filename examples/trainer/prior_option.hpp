#pragma once

#include <CLI/App.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Adds --prior: natural, tempered or uniform. What `prior` holds before is the default.
void add_prior_option(CLI::App& command, std::string& prior);

/// What inkling::with_uniform_prior takes out: how frequent each class was where the model learned; half of that (see
/// inkling::tempered_prior) when `prior` is tempered and the model file says it, nothing when it is natural. Throws
/// inkling::FormatError when the model file does not say it.
std::optional<std::vector<double>> prior_to_remove(const std::string& prior, const std::filesystem::path& model);
