#pragma once

#include <inkling/core/error.hpp>
#include <inkling/model/familiarity.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE std::optional<Vector> resemblance(const Recognition& seen, const std::vector<std::string>& class_names,
                                                 const CharSet& charset) {
  if (seen.probabilities.rows() != static_cast<Index>(class_names.size())) {
    throw ShapeError("resemblance: " + std::to_string(seen.probabilities.rows()) + " rows of probabilities for " +
                     std::to_string(class_names.size()) + " classes");
  }
  const std::vector<Label> admitted = admitted_classes(charset, class_names);
  if (!seen.evidence) return std::nullopt;
  constexpr float least = 1e-30F;  // a probability of 0 was too small for a float
  Vector resembles(seen.probabilities.cols());
  for (Index n = 0; n < resembles.size(); ++n) {
    float best = least;
    for (const Label label : admitted) best = std::max(best, seen.probabilities(label, n));
    resembles(n) = (*seen.evidence)(n) + std::log(best);
  }
  return resembles;
}

INKLING_INLINE double Familiarity::share_below(float resemblance) const {
  const auto above = std::upper_bound(quantiles.begin(), quantiles.end(), resemblance);
  if (above == quantiles.begin()) return 0;
  if (above == quantiles.end()) return 1;
  const auto steps = static_cast<double>(above - quantiles.begin() - 1);
  const double between = (resemblance - *(above - 1)) / (*above - *(above - 1));
  return (steps + between) / static_cast<double>(quantiles.size() - 1);
}

INKLING_INLINE bool is_unfamiliar(const std::optional<double>& familiarity) noexcept {
  return familiarity.has_value() && *familiarity < least_familiar;
}

INKLING_INLINE std::optional<Familiarity> measure_familiarity(const Classifier& model, const Dataset& held_out,
                                                              int threads) {
  require<ValueError>(held_out.size() > 0, "measure_familiarity: there is no image");
  const auto found = resemblance(model.recognise(held_out.pixels(), threads), model.class_names());
  if (!found) return std::nullopt;
  std::vector<float> sorted(found->data(), found->data() + found->size());
  std::sort(sorted.begin(), sorted.end());
  constexpr std::size_t steps = 200;  // so that least_familiar lies on the second
  Familiarity familiarity;
  for (std::size_t q = 0; q <= steps; ++q) familiarity.quantiles.push_back(sorted[q * (sorted.size() - 1) / steps]);
  return familiarity;
}

}  // namespace inkling::inline INKLING_ABI
