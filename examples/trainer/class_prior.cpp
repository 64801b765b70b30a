#include "class_prior.hpp"

#include <inkling/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

std::vector<double> training_prior(const inkling::ModelInfo& info) {
  const auto note = info.notes.find("class_counts");
  if (note == info.notes.end()) {
    throw inkling::ValueError("--prior uniform: the model file does not say how frequent its classes were in training");
  }
  const auto counts = nlohmann::json::parse(note->second, nullptr, false);
  const bool valid = counts.is_array() && counts.size() == info.class_names.size() &&
                     std::all_of(counts.begin(), counts.end(), [](const auto& n) { return n.is_number_unsigned(); });
  if (!valid) {
    throw inkling::FormatError("--prior uniform: expected a count for each of " +
                               std::to_string(info.class_names.size()) + " classes as class_counts, got " +
                               note->second);
  }
  std::vector<double> prior;
  for (const auto& count : counts) prior.push_back(std::max(1.0, count.get<double>()));  // no class is impossible
  const double sum = std::accumulate(prior.begin(), prior.end(), 0.0);
  for (double& share : prior) share /= sum;
  return prior;
}

inkling::Matrix with_uniform_prior(const inkling::Matrix& probabilities, const std::vector<double>& prior) {
  inkling::Matrix result = probabilities;
  for (inkling::Index c = 0; c < result.rows(); ++c) {
    result.row(c) /= static_cast<float>(prior[static_cast<std::size_t>(c)]);
  }
  for (inkling::Index i = 0; i < result.cols(); ++i) result.col(i) /= result.col(i).sum();
  return result;
}
