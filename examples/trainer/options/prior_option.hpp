#pragma once

#include <CLI/App.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Adds --prior: natural, tempered or uniform. `by_itself` is the default, for the help; `prior` stays empty without
/// it.
void add_prior_option(CLI::App& command, std::optional<std::string>& prior, const std::string& by_itself);

/// How frequent each class was where the model learned, when its file says it.
std::optional<std::vector<double>> learned_prior(const std::filesystem::path& model);

/// What inkling::with_uniform_prior takes out of this model's answers for a prior that is asked for by name (see
/// inkling::prior_to_remove).
std::optional<std::vector<double>> prior_to_remove(const std::string& asked, const std::filesystem::path& model);
