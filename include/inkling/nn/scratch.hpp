#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

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

template <typename S>
class BasicWorkspace;

/// Nothing but its address: see BasicNetwork.
struct NetworkIdentity {};

/// What one layer remembers from forward to backward, and its working memory. Owned by the caller, so that one const
/// layer serves many threads, each with a scratch of its own.
template <typename S>
struct Scratch {
  std::array<Buffer<S>, 4> buffers;       // each layer names its own slots
  Buffer<Eigen::bfloat16> rounded;        // inputs of a product in bfloat16
  std::vector<BasicWorkspace<S>> nested;  // of the networks inside the layer; most have none
  Rng rng;                                // seeded by the trainer for each micro-batch and layer: dropout
};

/// Activations and scratch of one forward (and backward) pass through a network. Give each thread its own; reuse it,
/// and nothing allocates. With another network it starts anew.
template <typename S>
class BasicWorkspace {
 public:
  BasicWorkspace() = default;
  BasicWorkspace(BasicWorkspace&&) noexcept = default;  // moves only: it holds pointers into its own buffers
  BasicWorkspace& operator=(BasicWorkspace&&) noexcept = default;

  /// Decides the random numbers (dropout) of the next forward pass in training mode.
  void seed(std::uint64_t seed) noexcept { seed_ = seed; }

 private:
  template <typename>
  friend class BasicNetwork;

  std::uint64_t seed_ = 0;
  std::shared_ptr<const NetworkIdentity> network_;  // that what follows belongs to
  Index samples_ = 0;                               // of the last forward pass
  std::vector<Buffer<S>> outputs_;                  // of each layer that does not work in place
  std::vector<S*> output_of_;                       // where layer i's output is
  std::vector<Scratch<S>> scratch_;                 // of each layer
  std::array<Buffer<S>, 2> gradient_;               // dLoss/d(activation), used in turn
};

}  // namespace inkling::inline INKLING_ABI::nn
