#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layer.hpp>
#include <inkling/nn/option.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI::nn {

struct MaxPool2dOptions {
  Index window = 2;  // height and width
  Index stride = 0;  // 0: the window, so that windows touch and do not overlap
};

/// The largest value of each window, channel by channel. Rows and columns that do not fill a window are left out.
template <typename S>
class BasicMaxPool2d final : public BasicLayer<S> {
 public:
  /// Throws ValueError unless window > 0 and stride >= 0.
  explicit BasicMaxPool2d(const MaxPool2dOptions& options)
      : window_(options.window), stride_(options.stride == 0 ? options.window : options.stride) {
    require<ValueError>(options.window > 0, "MaxPool2d: window must be above 0");
    require<ValueError>(options.stride >= 0, "MaxPool2d: stride must not be negative");
  }
  static BasicMaxPool2d from_options(const nlohmann::json& json) {
    return BasicMaxPool2d({.window = option<Index>(json, "window"), .stride = option<Index>(json, "stride")});
  }

  std::string_view kind() const noexcept override { return "max_pool2d"; }
  nlohmann::json options() const override { return {{"window", window_}, {"stride", stride_}}; }
  bool needs_output() const noexcept override { return true; }

  Shape build(const Shape& in, Rng&) override {
    if (in.height < window_ || in.width < window_) {
      throw ShapeError("expected an input of at least " + std::to_string(window_) + "x" + std::to_string(window_) +
                       " for its window, got " + to_string(in));
    }
    in_ = in;
    out_ = {(in.height - window_) / stride_ + 1, (in.width - window_) / stride_ + 1, in.channels};
    return out_;
  }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    for (Index i = 0; i < x.cols(); ++i) {
      for_each_window([&](Index out_offset, Index corner) {
        const S* const image = x.col(i).data();
        S* const to = y.col(i).data() + out_offset;
        std::copy_n(image + corner, out_.channels, to);
        for_each_input(corner, [&](Index offset) { kernels::take_larger(image + offset, out_.channels, to); });
      });
    }
  }

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>& scratch) const override {
    if (dx.cols() == 0) return;
    dx.setZero();
    // The gradient goes to the first place in the window that holds the maximum; `left` is what no place has taken yet.
    S* const left = scratch.buffers[0].matrix(out_.channels, 1).data();
    for (Index i = 0; i < x.cols(); ++i) {
      for_each_window([&](Index out_offset, Index corner) {
        std::copy_n(dy.col(i).data() + out_offset, out_.channels, left);
        for_each_input(corner, [&](Index offset) {
          kernels::route_to_maximum(x.col(i).data() + offset, y.col(i).data() + out_offset, out_.channels, left,
                                    dx.col(i).data() + offset);
        });
      });
    }
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicMaxPool2d>(*this); }

 private:
  /// Calls visit(offset of the output, offset of the window's first input) for every window.
  template <typename Visit>
  void for_each_window(Visit&& visit) const {
    for (Index y = 0; y < out_.height; ++y) {
      for (Index x = 0; x < out_.width; ++x) {
        visit((y * out_.width + x) * out_.channels, (y * in_.width + x) * stride_ * in_.channels);
      }
    }
  }

  /// Calls visit(offset) for every input of the window that begins at `corner`.
  template <typename Visit>
  void for_each_input(Index corner, Visit&& visit) const {
    for (Index y = 0; y < window_; ++y) {
      for (Index x = 0; x < window_; ++x) visit(corner + (y * in_.width + x) * in_.channels);
    }
  }

  Index window_;
  Index stride_;
  Shape in_;
  Shape out_;
};

using MaxPool2d = BasicMaxPool2d<float>;

}  // namespace inkling::inline INKLING_ABI::nn
