#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <Eigen/Core>

#include <limits>
#include <span>

namespace inkling::inline INKLING_ABI::detail {

/// Filtering proper: the sum of weight times value.
struct WeightedSum {
  static constexpr float start = 0;
  template <typename Sum, typename Values>
  static void add(Sum& sum, float weight, const Values& values) {
    sum += weight * values;
  }
};

/// The least of weight plus value: the same in the algebra of minimum and sum, where it finds distances.
struct LeastSum {
  static constexpr float start = std::numeric_limits<float>::infinity();
  template <typename Sum, typename Values>
  static void add(Sum& least, float weight, const Values& values) {
    least = least.min(weight + values);
  }
};

/// target[x] for x in [first, first + lanes); see filter_row.
template <typename Rule, int lanes>
void filter_columns(const float* source, Index stride, std::span<const float> weights, float* target, Index first) {
  using Lanes = Eigen::Array<float, lanes, 1>;
  Lanes sum = Lanes::Constant(Rule::start);
  const float* values = source + first;
  for (const float weight : weights) {
    Rule::add(sum, weight, Eigen::Map<const Lanes>(values));
    values += stride;
  }
  Eigen::Map<Lanes>(target + first) = sum;
}

/// target[x] for x in [0, width) from source[k * stride + x] and weights[k] over all k. All taps of some columns are
/// taken together, so that sums stay in registers and each target is written once.
template <typename Rule, int lanes = 32>
void filter_row(const float* source, Index stride, std::span<const float> weights, float* target, Index width) {
  if constexpr (lanes > 1) {
    if (width < lanes) return filter_row<Rule, lanes / 2>(source, stride, weights, target, width);
  }
  for (Index x = 0; x + lanes < width; x += lanes) {
    filter_columns<Rule, lanes>(source, stride, weights, target, x);
  }
  if (width > 0) filter_columns<Rule, lanes>(source, stride, weights, target, width - lanes);  // may overlap
}

}  // namespace inkling::inline INKLING_ABI::detail
