#include "recogniser.hpp"

#include <inkling/image/decode.hpp>
#include <inkling/image/normalise.hpp>
#include <inkling/model/prior.hpp>

#include <algorithm>
#include <utility>

namespace inkling::server {
namespace {

constexpr std::string_view default_model = "cnn";

/// probabilities: classes x 1.
std::vector<Candidate> best_candidates(const Classifier& model, const Matrix& probabilities, const Question& question) {
  std::vector<Label> order = admitted_classes(question.charset, model.class_names());
  const auto count = std::min(static_cast<std::ptrdiff_t>(question.top), static_cast<std::ptrdiff_t>(order.size()));
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](Label a, Label b) {
    return probabilities(a) != probabilities(b) ? probabilities(a) > probabilities(b) : a < b;
  });
  const std::vector<std::string> labels = shown_labels(question.charset, model.class_names());
  std::vector<Candidate> candidates;
  for (const Label label : std::span(order).first(static_cast<std::size_t>(count))) {
    candidates.push_back({labels[static_cast<std::size_t>(label)], probabilities(label)});
  }
  return candidates;
}

/// image: pixels x 1. Result: classes x 1.
Matrix probabilities_of(const Model& model, const Pixels& image, const Question& question) {
  const Matrix natural = model.classifier->probabilities(image, /*threads=*/1);
  if (!question.uniform_prior) return restrict_to(question.charset, model.classifier->class_names(), natural);
  if (!model.prior) {
    throw FormatError("the file of the model " + model.name +
                      " does not say how frequent its classes were in training");
  }
  return restrict_to(question.charset, model.classifier->class_names(), with_uniform_prior(natural, *model.prior));
}

}  // namespace

Recogniser::Recogniser(ModelSet models) : models_(std::move(models)) {
  require<ValueError>(!models_.loaded.empty(), "no model could be loaded");
  const auto key = [](const Model& model) {
    return std::pair(model.name != default_model, std::string_view(model.name));
  };
  std::sort(models_.loaded.begin(), models_.loaded.end(),
            [&](const Model& a, const Model& b) { return key(a) < key(b); });
}

const Model& Recogniser::find(std::string_view name) const {
  if (name.empty()) return models_.loaded.front();
  const auto found = std::find_if(models_.loaded.begin(), models_.loaded.end(),
                                  [&](const Model& model) { return model.name == name; });
  if (found != models_.loaded.end()) return *found;
  std::string names;
  for (const Model& model : models_.loaded) names += (names.empty() ? "" : ", ") + model.name;
  throw ValueError("there is no such model; there are: " + names);
}

Recognition Recogniser::recognise(std::span<const std::uint8_t> image, const Question& question) const {
  const Model& model = find(question.model);
  const GreyImage normalised = normalise(decode_image(image));
  const Pixels seen = Eigen::Map<const Pixels>(normalised.row(0), recogniser_input.size(), 1);
  return {.model = model.name,
          .candidates = best_candidates(*model.classifier, probabilities_of(model, seen, question), question),
          .seen = {seen.data(), seen.data() + seen.size()}};
}

}  // namespace inkling::server
