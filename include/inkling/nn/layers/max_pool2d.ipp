#pragma once

#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/option.hpp>

#include <algorithm>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
BasicMaxPool2d<S>::BasicMaxPool2d(const MaxPool2dOptions& options)
    : window_(options.window), stride_(options.stride == 0 ? options.window : options.stride) {
  require<ValueError>(options.window > 0, "MaxPool2d: window must be above 0");
  require<ValueError>(options.stride >= 0, "MaxPool2d: stride must not be negative");
}

template <typename S>
auto BasicMaxPool2d<S>::from_options(const nlohmann::json& json) -> BasicMaxPool2d {
  return BasicMaxPool2d({.window = option<Index>(json, "window"), .stride = option<Index>(json, "stride")});
}

template <typename S>
Shape BasicMaxPool2d<S>::build(const Shape& in, Rng&) {
  if (in.height < window_ || in.width < window_) {
    throw ShapeError("expected an input of at least " + std::to_string(window_) + "x" + std::to_string(window_) +
                     " for its window, got " + to_string(in));
  }
  in_ = in;
  out_ = {(in.height - window_) / stride_ + 1, (in.width - window_) / stride_ + 1, in.channels};
  return out_;
}

template <typename S>
void BasicMaxPool2d<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const {
  for (Index i = 0; i < x.cols(); ++i) {
    for_each_window([&](Index out_offset, Index corner) {
      const S* const image = x.col(i).data();
      S* const to = y.col(i).data() + out_offset;
      std::copy_n(image + corner, out_.channels, to);
      for_each_input(corner, [&](Index offset) { kernels::take_larger(image + offset, out_.channels, to); });
    });
  }
}

template <typename S>
void BasicMaxPool2d<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>& y, const ConstMatrixRef<S>& dy,
                                 MatrixRef<S> dx, std::span<MatrixOf<S>>, Scratch<S>& scratch) const {
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

#ifdef INKLING_COMPILED
template class BasicMaxPool2d<float>;
template class BasicMaxPool2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
