#include "prior_option.hpp"

#include <inkling/core/error.hpp>
#include <inkling/io/class_counts.hpp>
#include <inkling/model/prior.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

#include <utility>

void add_prior_option(CLI::App& command, std::optional<std::string>& prior, const std::string& by_itself) {
  command
      .add_option(
          "--prior", prior,
          "how frequent classes are: natural, as in training; uniform, all the same; tempered, in between (default " +
              by_itself + ")")
      ->type_name("NAME")
      ->check(CLI::IsMember({"natural", "tempered", "uniform"}));
}

std::optional<std::vector<double>> prior_to_remove(const std::string& prior, const std::filesystem::path& model) {
  if (prior == "natural") return std::nullopt;
  const auto counts = inkling::class_counts(inkling::read_model_info(model));
  if (!counts) {
    throw inkling::FormatError("--prior " + prior + ": " + model.string() +
                               " does not say how frequent its classes were in training");
  }
  std::vector<double> shares = inkling::class_prior(*counts);
  return prior == "tempered" ? inkling::tempered_prior(std::move(shares)) : shares;
}

bool knows_prior(const std::filesystem::path& model) {
  return inkling::class_counts(inkling::read_model_info(model)).has_value();
}
