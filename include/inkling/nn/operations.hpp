#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/nn/kernels/sizes.hpp>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
class BasicLayer;
template <typename S>
class BasicNetwork;
template <typename S>
class BasicConvolution;

/// y = factor[c] * x + offset[c] for channel c: what a batch norm comes to in inference.
template <typename S>
struct Affine {
  VectorOf<S> factor;
  VectorOf<S> offset;
};

/// What a built network computes in inference, operation by operation. Whoever makes something else of a network (a
/// faster one, a file of another format) derives from this and listens: each layer says by itself, in `describe`, which
/// operations it is made of, so nobody else tells layers apart.
///
/// `layer` is the one that speaks; its parameters() are the operands, weight before bias. An operation that is not
/// overridden ends in other().
template <typename S>
class Operations {
 public:
  virtual ~Operations() = default;

  virtual void convolve(const BasicLayer<S>& layer, const BasicConvolution<S>&) { other(layer); }
  /// One filter a channel.
  virtual void convolve_channels(const BasicLayer<S>& layer, const kernels::DepthwiseSizes&) { other(layer); }
  virtual void multiply(const BasicLayer<S>& layer) { other(layer); }
  /// Batch norm: the parameters are scale, shift, running mean and running variance.
  virtual void normalise(const BasicLayer<S>& layer, double epsilon, const Affine<S>&) {
    static_cast<void>(epsilon);
    other(layer);
  }
  virtual void rectify(const BasicLayer<S>& layer) { other(layer); }
  virtual void squash(const BasicLayer<S>& layer) { other(layer); }  // 1 / (1 + exp(-x))
  virtual void take_maximum(const BasicLayer<S>& layer, Index window, Index stride) {
    static_cast<void>(window);
    static_cast<void>(stride);
    other(layer);
  }
  virtual void take_mean(const BasicLayer<S>& layer) { other(layer); }  // over the pixels
  virtual void flatten(const BasicLayer<S>& layer) { other(layer); }
  /// y = x.
  virtual void pass(const BasicLayer<S>& layer) { other(layer); }
  /// y = path(x) + shortcut(x); the shortcut is x itself when it is null.
  virtual void add(const BasicLayer<S>& layer, const BasicNetwork<S>& path, const BasicNetwork<S>* shortcut) {
    static_cast<void>(path);
    static_cast<void>(shortcut);
    other(layer);
  }
  /// y = x * gate(mean of x over the pixels), channel by channel.
  virtual void gate(const BasicLayer<S>& layer, const BasicNetwork<S>& gate) {
    static_cast<void>(gate);
    other(layer);
  }

  /// A layer that is made of no operation above, such as a user's.
  virtual void other(const BasicLayer<S>& layer) = 0;
};

}  // namespace inkling::inline INKLING_ABI::nn
