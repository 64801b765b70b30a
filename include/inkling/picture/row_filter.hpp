#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/picture/grey_image.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Floats of one register; `lanes` when that is fewer.
#if defined(__AVX512F__)
inline constexpr int register_lanes = 16;
#elif defined(__AVX__)
inline constexpr int register_lanes = 8;
#else
inline constexpr int register_lanes = 4;
#endif

template <int lanes>
struct PixelRegister {
  static constexpr int size = lanes < register_lanes ? lanes : register_lanes;
  using Type [[gnu::vector_size(size * sizeof(float))]] = float;
};

/// Filtering proper: the sum of weight times value.
struct WeightedSum {
  static constexpr float start = 0;
  template <typename Values>
  static Values add(const Values& sum, float weight, const Values& values) {
    return sum + weight * values;
  }
};

/// The least of weight plus value: the same in the algebra of minimum and sum, where it finds distances.
struct LeastSum {
  static constexpr float start = std::numeric_limits<float>::infinity();
  template <typename Values>
  static Values add(const Values& least, float weight, const Values& values) {
    const Values sum = weight + values;
    return sum < least ? sum : least;
  }
};

/// The greatest value; weights do not count.
struct Greatest {
  static constexpr float start = -std::numeric_limits<float>::infinity();
  template <typename Values>
  static Values add(const Values& greatest, float /*weight*/, const Values& values) {
    return values > greatest ? values : greatest;
  }
};

/// target[x] for x in [first, first + lanes); see filter_row.
template <typename Rule, int lanes>
void filter_columns(const float* source, Index stride, std::span<const float> weights, float* target, Index first) {
  using Register = typename PixelRegister<lanes>::Type;
  constexpr std::size_t size = PixelRegister<lanes>::size;
  constexpr std::size_t count = lanes / size;
  std::array<Register, count> sums;
  sums.fill(Register{} + Rule::start);
  const float* from = source + first;
  for (const float weight : weights) {
#pragma GCC unroll 8
    for (std::size_t r = 0; r < count; ++r) {
      Register values;
      std::memcpy(&values, from + r * size, sizeof values);
      sums[r] = Rule::add(sums[r], weight, values);
    }
    from += stride;
  }
  std::memcpy(target + first, sums.data(), sizeof sums);
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

/// The image filtered down its columns and then along its rows, by the same taps (an odd number), the middle one of
/// which is the pixel itself. What lies outside has no part in it.
template <typename Rule>
FloatImage filter_image(const FloatImage& image, std::span<const float> taps) {
  const Index width = image.width();
  const Index height = image.height();
  const Index reach = std::ssize(taps) / 2;
  FloatImage result(width, height);
  std::vector<float> down(static_cast<std::size_t>(width + 2 * reach), Rule::start);  // a row, and what is beside it
  for (Index y = 0; y < height; ++y) {
    const Index first = std::max<Index>(0, y - reach);
    const Index last = std::min(height, y + reach + 1);
    const auto inside =
        taps.subspan(static_cast<std::size_t>(first - y + reach), static_cast<std::size_t>(last - first));
    filter_row<Rule>(image.row(first), width, inside, down.data() + reach, width);
    filter_row<Rule>(down.data(), 1, taps, result.row(y), width);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::detail
