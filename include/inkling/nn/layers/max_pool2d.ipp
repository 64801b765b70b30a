#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>

#include <algorithm>
#include <span>
#include <string>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void MaxPool2dOptions::check() const {
  in_range("MaxPool2dOptions::window", window, {1, 65'535});
  in_range("MaxPool2dOptions::stride", stride, {0, 65'535});
}

template <typename S>
BasicMaxPool2d<S>::BasicMaxPool2d(const MaxPool2dOptions& options)
    : window_(options.window), stride_(options.stride == 0 ? options.window : options.stride) {
  options.check();
}

template <typename S>
auto BasicMaxPool2d<S>::from_options(const StageOptions& options) -> BasicMaxPool2d {
  return BasicMaxPool2d({.window = options.integer("window"), .stride = options.integer("stride")});
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

#ifdef INKLING_COMPILED
template class BasicMaxPool2d<float>;
template class BasicMaxPool2d<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
