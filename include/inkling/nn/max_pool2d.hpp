#pragma once

#include <inkling/nn/layer.hpp>
#include <inkling/nn/option.hpp>

#include <algorithm>

namespace inkling::nn {

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
      for_each_window([&](Index out_offset, Index in_offset, bool first) {
        const S* const from = x.col(i).data() + in_offset;
        S* const to = y.col(i).data() + out_offset;
        for (Index c = 0; c < out_.channels; ++c) to[c] = first ? from[c] : std::max(to[c], from[c]);
      });
    }
  }

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>& scratch) const override {
    if (dx.cols() == 0) return;
    dx.setZero();
    // The gradient goes to the first place in the window that holds the maximum; `left` is what no place has taken yet.
    auto left = scratch.buffers[0].matrix(out_.channels, 1);
    for (Index i = 0; i < x.cols(); ++i) {
      for_each_window([&](Index out_offset, Index in_offset, bool first) {
        const S* const from = x.col(i).data() + in_offset;
        const S* const top = y.col(i).data() + out_offset;
        const S* const gradient = dy.col(i).data() + out_offset;
        S* const to = dx.col(i).data() + in_offset;
        S* const rest = left.data();
        for (Index c = 0; c < out_.channels; ++c) {
          const S available = first ? gradient[c] : rest[c];
          const S taken = from[c] == top[c] ? available : S{0};
          to[c] += taken;
          rest[c] = available - taken;
        }
      });
    }
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicMaxPool2d>(*this); }

 private:
  /// Calls visit(offset of the window's output, offset of one of its inputs, whether it is the window's first) for
  /// every input.
  template <typename Visit>
  void for_each_window(Visit&& visit) const {
    for (Index oy = 0; oy < out_.height; ++oy) {
      for (Index ox = 0; ox < out_.width; ++ox) {
        const Index out_offset = (oy * out_.width + ox) * out_.channels;
        for (Index wy = 0; wy < window_; ++wy) {
          for (Index wx = 0; wx < window_; ++wx) {
            const Index in_offset = ((oy * stride_ + wy) * in_.width + ox * stride_ + wx) * in_.channels;
            visit(out_offset, in_offset, wy == 0 && wx == 0);
          }
        }
      }
    }
  }

  Index window_;
  Index stride_;
  Shape in_;
  Shape out_;
};

using MaxPool2d = BasicMaxPool2d<float>;

}  // namespace inkling::nn
