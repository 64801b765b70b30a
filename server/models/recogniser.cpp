#include "models/recogniser.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/model/familiarity.hpp>
#include <inkling/model/occlusion.hpp>
#include <inkling/model/prior.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/letter_case.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace inkling::server {
namespace {

constexpr std::string_view default_model = "cnn";

/// What is taken out of a model's answers. Nobody knows how frequent characters are among the pictures that people
/// send.
std::optional<std::vector<double>> prior_of(const Model& model, const Question& question) {
  const Prior by_itself = model.prior ? Prior::tempered : Prior::natural;
  return prior_to_remove(question.prior.value_or(by_itself), model.prior, model.name);
}

}  // namespace

Pixels read_ink(std::span<const std::uint8_t> image) {
  const GreyImage normalised = normalise(decode_image(image));
  return Eigen::Map<const Pixels>(normalised.row(0), recogniser_input.size(), 1);
}

Recogniser::Recogniser(ModelSet models, const RecogniserOptions& options) : models_(std::move(models)) {
  require<ValueError>(!models_.loaded.empty(), "no model could be loaded");
  const auto key = [](const Model& model) {
    return std::pair(model.name != default_model, std::string_view(model.name));
  };
  std::sort(models_.loaded.begin(), models_.loaded.end(),
            [&](const Model& a, const Model& b) { return key(a) < key(b); });
  for (const Model& model : models_.loaded) {
    BatcherOptions batching{.calls = options.threads};
    if (options.observer) {
      batching.observer = [observer = options.observer, name = model.name](const Batch& batch) {
        observer(name, batch);
      };
    }
    batchers_.push_back(std::make_unique<Batcher>(*model.classifier, std::move(batching)));
  }
}

std::size_t Recogniser::index_of(std::string_view name) const {
  if (name.empty()) return 0;
  const auto found = std::find_if(models_.loaded.begin(), models_.loaded.end(),
                                  [&](const Model& model) { return model.name == name; });
  if (found != models_.loaded.end()) return static_cast<std::size_t>(found - models_.loaded.begin());
  std::string names;
  for (const Model& model : models_.loaded) names += (names.empty() ? "" : ", ") + model.name;
  throw ValueError("there is no such model; there are: " + names);
}

Reading Recogniser::recognise(const Pixels& ink, const Question& question) const {
  const std::size_t number = index_of(question.model);
  const Model& model = models_.loaded[number];
  const std::vector<std::string>& classes = model.classifier->class_names();
  const Recognition seen = batchers_[number]->recognise(ink);
  Reading reading{
      .model = model.name,
      .candidates = best_candidates(with_letter_case(question.charset, classes, ink, seen.probabilities), classes,
                                    {.charset = question.charset,
                                     .prior = prior_of(model, question),
                                     .candidates = static_cast<std::size_t>(question.top)}),
      .label = 0};
  reading.label = reading.candidates.front().index;
  if (const auto resembles = resemblance(seen, classes, question.charset); resembles && model.familiarity) {
    reading.familiarity = model.familiarity->share_below((*resembles)(0));
  }
  return reading;
}

Vector Recogniser::explain(const Pixels& ink, const Reading& reading) const {
  return occlusion(*find(reading.model).classifier, ink, reading.label, {.threads = 1});
}

}  // namespace inkling::server
