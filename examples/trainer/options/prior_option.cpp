#include "options/prior_option.hpp"

#include <inkling/io/model/class_counts.hpp>
#include <inkling/model/prior.hpp>

#include <CLI/Option.hpp>
#include <CLI/Validators.hpp>

void add_prior_option(CLI::App& command, std::optional<std::string>& prior, const std::string& by_itself) {
  command
      .add_option(
          "--prior", prior,
          "how frequent classes are: natural, as in training; uniform, all the same; tempered, in between (default " +
              by_itself + ")")
      ->type_name("NAME")
      ->check(CLI::IsMember({"natural", "tempered", "uniform"}));
}

std::optional<std::vector<double>> learned_prior(const std::filesystem::path& model) {
  const auto counts = inkling::class_counts(inkling::read_model_info(model));
  return counts ? std::optional(inkling::class_prior(*counts)) : std::nullopt;
}

std::optional<std::vector<double>> prior_to_remove(const std::string& asked, const std::filesystem::path& model) {
  const inkling::Prior prior = inkling::parse_prior(asked);
  if (prior == inkling::Prior::natural) return std::nullopt;  // whatever the file says
  return inkling::prior_to_remove(prior, learned_prior(model), "--prior " + asked + ": " + model.string());
}
