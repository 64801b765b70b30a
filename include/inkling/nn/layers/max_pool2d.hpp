#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layer.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

struct MaxPool2dOptions {
  Index window = 2;  // height and width
  Index stride = 0;  // 0: the window, so that windows touch and do not overlap

  void check() const;  // throws ValueError that names the first field out of range
};

/// The largest value of each window, channel by channel. Rows and columns that do not fill a window are left out.
template <typename S>
class BasicMaxPool2d final : public BasicLayer<S> {
 public:
  /// Throws ValueError as its options' check().
  explicit BasicMaxPool2d(const MaxPool2dOptions& options);
  static BasicMaxPool2d from_options(const StageOptions& options);

  static constexpr std::string_view name = "max_pool2d";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override { return {{"window", window_}, {"stride", stride_}}; }
  bool needs_output() const noexcept override { return true; }

  Shape build(const Shape& in, Rng&) override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override;

  void describe(Operations<S>& operations) const override { operations.take_maximum(*this, window_, stride_); }

  /// Its gradient, where training alone sees it: nn/training/detail/pooling.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>& scratch) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicMaxPool2d>(*this); }

 private:
  /// Calls visit(offset of the output, offset of the window's first input) for every window.
  template <typename Visit>
  void for_each_window(Visit&& visit) const;

  /// Calls visit(offset) for every input of the window that begins at `corner`.
  template <typename Visit>
  void for_each_input(Index corner, Visit&& visit) const;

  Index window_;
  Index stride_;
  Shape in_;
  Shape out_;
};

template <typename S>
template <typename Visit>
void BasicMaxPool2d<S>::for_each_window(Visit&& visit) const {
  for (Index y = 0; y < out_.height; ++y) {
    for (Index x = 0; x < out_.width; ++x) {
      visit((y * out_.width + x) * out_.channels, (y * in_.width + x) * stride_ * in_.channels);
    }
  }
}

template <typename S>
template <typename Visit>
void BasicMaxPool2d<S>::for_each_input(Index corner, Visit&& visit) const {
  for (Index y = 0; y < window_; ++y) {
    for (Index x = 0; x < window_; ++x) visit(corner + (y * in_.width + x) * in_.channels);
  }
}

using MaxPool2d = BasicMaxPool2d<float>;

#ifdef INKLING_COMPILED
extern template class BasicMaxPool2d<float>;
extern template class BasicMaxPool2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/max_pool2d.ipp>
#endif
