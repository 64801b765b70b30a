#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

/// Weights as whole numbers of steps (Storage::i8). Each output has a step of its own, so that one large filter does
/// not cost the others their precision; levels are symmetric, so that zero stays zero.
namespace inkling::inline INKLING_ABI::detail {

/// Levels go from -most_level to most_level.
inline constexpr int most_level = 127;

struct WeightLevels {
  std::vector<std::int8_t> levels;  // outputs x inputs, column-major: in the order of the weights
  Vector steps;                     // of each output; 0 where all its weights are 0

  Matrix weights() const;  // outputs x inputs
};

/// The nearest levels of weights (outputs x inputs). `dense`: of a matrix that each input passes once.
///
/// A step is the largest weight of an output divided by most_level. A dense layer of very many inputs has most of a
/// network's weights and needs them least exactly, for the errors of so many cancel out: its step is at least a third
/// of the weights' root mean square, which zlib packs into about four bits each.
WeightLevels to_levels(const Matrix& weights, bool dense);

/// Adds `name`.levels and `name`.steps.
void add_levels(const std::string& name, const WeightLevels& levels, std::map<std::string, Tensor>& tensors);

/// Whether the weights `name` are stored as levels.
bool has_levels(const std::string& name, const TensorReader& tensors);

/// Throws FormatError when `size` weights would take far more memory than the compressed levels have bytes.
void require_levels_fit(const std::string& name, std::span<const Index> dims, const TensorReader& tensors);

/// Takes what add_levels wrote; `to` has outputs x inputs places. Throws FormatError for damaged levels and for steps
/// that are not finite or below 0.
void take_levels(const std::string& name, Index outputs, TensorReader& tensors, std::span<float> to);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/model/detail/weight_levels.ipp>
#endif
