#pragma once

#include <inkling/io/detail/deflate.hpp>
#include <inkling/io/model/detail/weight_levels.hpp>
#include <inkling/io/model/model_info.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

inline constexpr std::string_view levels_suffix = ".levels";
inline constexpr std::string_view steps_suffix = ".steps";

INKLING_INLINE Matrix WeightLevels::weights() const {
  const Index outputs = steps.size();
  Matrix result(outputs, outputs == 0 ? 0 : static_cast<Index>(levels.size()) / outputs);
  for (Index i = 0; i < result.size(); ++i) {
    result.data()[i] = steps(i % outputs) * static_cast<float>(levels[static_cast<std::size_t>(i)]);
  }
  return result;
}

INKLING_INLINE WeightLevels to_levels(const Matrix& weights, bool dense) {
  constexpr Index very_many = 1024;
  constexpr double steps_in_root_mean_square = 3;
  constexpr auto most = static_cast<float>(most_level);
  WeightLevels result{std::vector<std::int8_t>(static_cast<std::size_t>(weights.size())), Vector(weights.rows())};
  for (Index i = 0; i < weights.rows(); ++i) {
    float largest = 0;
    double squares = 0;
    for (Index k = 0; k < weights.cols(); ++k) {
      largest = std::max(largest, std::abs(weights(i, k)));
      squares += double{weights(i, k)} * double{weights(i, k)};
    }
    float& step = result.steps(i);
    step = largest / most;
    if (dense && weights.cols() >= very_many) {
      const double root_mean_square = std::sqrt(squares / static_cast<double>(weights.cols()));
      step = std::max(step, static_cast<float>(root_mean_square / steps_in_root_mean_square));
    }
    for (Index k = 0; k < weights.cols(); ++k) {
      const float level = step > 0 ? std::rint(weights(i, k) / step) : 0.0F;
      result.levels[static_cast<std::size_t>(k * weights.rows() + i)] =
          static_cast<std::int8_t>(std::clamp(level, -most, most));
    }
  }
  return result;
}

/// Whether so many levels may come from so many bytes: zlib could make a thousand of one, and each takes a float.
inline bool levels_fit(double levels, double bytes) noexcept {
  constexpr double most_a_byte = 16;
  constexpr double few = 4096;
  return levels <= few + most_a_byte * bytes;
}

INKLING_INLINE void add_levels(const std::string& name, const WeightLevels& levels,
                               std::map<std::string, Tensor>& tensors) {
  const std::size_t count = levels.levels.size();
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(levels.levels.data()), count);
  std::vector<std::uint8_t> packed = deflate_unordered(bytes);
  if (!levels_fit(static_cast<double>(count), static_cast<double>(packed.size()))) {
    packed = deflate_bytes(bytes, false);  // readers would refuse what packs so well
  }
  tensors[name + std::string(levels_suffix)] = make_tensor<std::uint8_t>({static_cast<Index>(packed.size())}, packed);
  tensors[name + std::string(steps_suffix)] =
      make_tensor<float>({levels.steps.size()}, {levels.steps.data(), static_cast<std::size_t>(levels.steps.size())});
}

INKLING_INLINE bool has_levels(const std::string& name, const TensorReader& tensors) {
  return tensors.has(name + std::string(levels_suffix));
}

INKLING_INLINE void require_levels_fit(const std::string& name, std::span<const Index> dims,
                                       const TensorReader& tensors) {
  const std::string levels = name + std::string(levels_suffix);
  const std::vector<Index>& bytes = tensors.dims(levels);
  if (bytes.size() != 1) throw FormatError("tensor '" + levels + "': expected one dimension, got " + to_string(bytes));
  double count = 1;
  for (const Index dim : dims) count *= static_cast<double>(dim);
  if (!levels_fit(count, static_cast<double>(bytes[0]))) {
    throw FormatError("tensor '" + levels + "': expected weights " + to_string(dims) + ", more than its " +
                      std::to_string(bytes[0]) + " bytes may hold");
  }
}

INKLING_INLINE void take_levels(const std::string& name, Index outputs, TensorReader& tensors, std::span<float> to) {
  const std::string steps_name = name + std::string(steps_suffix);
  const std::vector<float> steps = tensors.take_finite(steps_name, {outputs});
  const std::string levels_name = name + std::string(levels_suffix);
  const std::vector<std::uint8_t> packed = tensors.take_list<std::uint8_t>(levels_name);
  for (const float step : steps) {
    // The largest weight has to be finite, too.
    if (!(step >= 0) || !std::isfinite(step * most_level)) {
      throw FormatError("tensor '" + steps_name + "': expected steps of at least 0, got " + number_text(step));
    }
  }
  std::vector<std::uint8_t> levels;
  try {
    levels = inflate_bytes(packed, to.size());
  } catch (const FormatError& error) {
    throw FormatError("tensor '" + levels_name + "': " + error.what());
  }
  for (std::size_t i = 0; i < to.size(); ++i) {
    const auto level = static_cast<std::int8_t>(levels[i]);
    if (level < -most_level) throw FormatError("tensor '" + levels_name + "': expected levels from -127, got -128");
    to[i] = steps[i % steps.size()] * static_cast<float>(level);
  }
}

}  // namespace inkling::inline INKLING_ABI::detail
