#pragma once

#include <CLI/App.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// Adds --prior: natural or uniform.
void add_prior_option(CLI::App& command, std::string& prior);

/// How frequent each class was where the model learned, for inkling::with_uniform_prior; nothing when `prior` is
/// natural. Throws inkling::FormatError when the model file does not say it.
std::optional<std::vector<double>> prior_to_remove(const std::string& prior, const std::filesystem::path& model);
