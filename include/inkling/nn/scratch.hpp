#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>

#include <array>
#include <cstddef>

namespace inkling::nn {

/// A matrix buffer that grows and never shrinks: once warm, no call allocates.
template <typename S>
class Buffer {
 public:
  using View = Eigen::Map<MatrixOf<S>>;
  using ConstView = Eigen::Map<const MatrixOf<S>>;

  /// rows x cols; the contents are kept when the size is the same as in the last call, else unspecified.
  View matrix(Index rows, Index cols) {
    if (storage_.size() < rows * cols) storage_.resize(rows * cols);
    return View(storage_.data(), rows, cols);
  }
  ConstView matrix(Index rows, Index cols) const { return ConstView(storage_.data(), rows, cols); }

 private:
  VectorOf<S> storage_;
};

/// What one layer remembers from forward to backward, and its working memory. Owned by the caller, so that one const
/// layer serves many threads, each with a scratch of its own.
template <typename S>
struct Scratch {
  std::array<Buffer<S>, 4> buffers;  // each layer names its own slots
  Buffer<Eigen::bfloat16> rounded;   // inputs of a product in bfloat16
  Rng rng;                           // seeded by the trainer for each micro-batch and layer: dropout
};

}  // namespace inkling::nn
