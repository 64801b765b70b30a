#pragma once

#include <inkling/model/prior.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline void require_prior(const std::vector<double>& prior) {
  for (const double share : prior) {
    if (!(share > 0) || !std::isfinite(share)) {
      throw ValueError("a prior is above 0, got " + std::to_string(share));
    }
  }
}

}  // namespace detail

INKLING_INLINE std::vector<double> class_prior(const std::vector<Index>& counts) {
  if (counts.empty()) throw ValueError("class_prior: at least one class is needed");
  std::vector<double> prior;
  prior.reserve(counts.size());
  for (const Index count : counts) {
    if (count < 0) throw ValueError("class_prior: a count is at least 0, got " + std::to_string(count));
    prior.push_back(static_cast<double>(std::max<Index>(1, count)));
  }
  const double sum = std::accumulate(prior.begin(), prior.end(), 0.0);
  for (double& share : prior) share /= sum;
  return prior;
}

INKLING_INLINE std::vector<double> tempered_prior(std::vector<double> prior) {
  detail::require_prior(prior);
  for (double& share : prior) share = std::sqrt(share);
  const double sum = std::accumulate(prior.begin(), prior.end(), 0.0);
  for (double& share : prior) share /= sum;
  return prior;
}

INKLING_INLINE Prior parse_prior(std::string_view name) {
  if (name == "natural") return Prior::natural;
  if (name == "tempered") return Prior::tempered;
  if (name == "uniform") return Prior::uniform;
  throw ValueError("expected a prior that is natural, tempered or uniform, got '" + std::string(name) + "'");
}

INKLING_INLINE std::optional<std::vector<double>> prior_to_remove(Prior asked,
                                                                  const std::optional<std::vector<double>>& learned,
                                                                  const std::string& model) {
  if (asked == Prior::natural) return std::nullopt;
  if (!learned) {
    throw FormatError(model + ": a tempered or uniform prior needs to know how frequent classes were in training, " +
                      "which the model's file does not say");
  }
  return asked == Prior::tempered ? tempered_prior(*learned) : *learned;
}

INKLING_INLINE Matrix with_uniform_prior(const Matrix& probabilities, const std::vector<double>& prior) {
  if (probabilities.rows() != static_cast<Index>(prior.size())) {
    throw ShapeError("with_uniform_prior: expected a row for each of " + std::to_string(prior.size()) +
                     " classes, got " + std::to_string(probabilities.rows()));
  }
  detail::require_prior(prior);
  Matrix result(probabilities.rows(), probabilities.cols());
  std::vector<double> shares(prior.size());
  for (Index n = 0; n < result.cols(); ++n) {
    double sum = 0;
    for (std::size_t c = 0; c < prior.size(); ++c) {
      shares[c] = static_cast<double>(probabilities(static_cast<Index>(c), n)) / prior[c];
      sum += shares[c];
    }
    for (std::size_t c = 0; c < prior.size(); ++c)
      result(static_cast<Index>(c), n) = static_cast<float>(shares[c] / sum);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI
