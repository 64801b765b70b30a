#include "prior_option.hpp"

#include <inkling/core/error.hpp>
#include <inkling/io/class_counts.hpp>
#include <inkling/model/prior.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

void add_prior_option(CLI::App& command, std::string& prior) {
  command.add_option("--prior", prior, "natural (default), or uniform: as if all classes were equally frequent")
      ->type_name("NAME")
      ->check(CLI::IsMember({"natural", "uniform"}));
}

std::optional<std::vector<double>> prior_to_remove(const std::string& prior, const std::filesystem::path& model) {
  if (prior == "natural") return std::nullopt;
  const auto counts = inkling::class_counts(inkling::read_model_info(model));
  if (!counts) {
    throw inkling::FormatError("--prior uniform: " + model.string() +
                               " does not say how frequent its classes were in training");
  }
  return inkling::class_prior(*counts);
}
