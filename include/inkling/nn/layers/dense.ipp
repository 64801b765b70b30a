#pragma once

#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/option.hpp>

#include <span>
#include <utility>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
BasicDense<S>::BasicDense(const DenseOptions& options) : options_(options) {
  require<ValueError>(options.units > 0, "Dense: units must be above 0");
}

template <typename S>
auto BasicDense<S>::from_options(const nlohmann::json& json) -> BasicDense {
  return BasicDense({.units = option<Index>(json, "units"),
                     .initialisation = option(json, "initialisation", {Initialisation::he, Initialisation::glorot})});
}

template <typename S>
nlohmann::json BasicDense<S>::options() const {
  return {{"units", options_.units}, {"initialisation", to_string(options_.initialisation)}};
}

template <typename S>
Shape BasicDense<S>::build(const Shape& in, Rng& rng) {
  if (in.pixels() != 1)
    throw ShapeError("expected a flat input 1x1xN, got " + to_string(in) + "; add Flatten before it");
  MatrixOf<S> weight(options_.units, in.channels);
  initialise(weight, in.channels, options_.units, options_.initialisation, rng);
  this->parameters_ = {
      {"weight", Role::weight, {in.channels, options_.units}, std::move(weight)},
      {"bias", Role::offset, {options_.units}, MatrixOf<S>::Zero(options_.units, 1)},
  };
  return {1, 1, options_.units};
}

template <typename S>
void BasicDense<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const {
  y.colwise() = bias().col(0);
  kernels::gemm(y.rows(), y.cols(), x.rows(), kernels::plain<S>(weight()), kernels::plain<S>(x), y.data(),
                y.outerStride(), true, scratch.buffers[0]);
}

template <typename S>
void BasicDense<S>::pack(S* packed) const {
  kernels::pack_matrix(weight().rows(), weight().cols(), kernels::plain<S>(weight()), packed);
}

template <typename S>
Index BasicDense<S>::packed_size() const noexcept {
  return kernels::packed_size<S>(options_.units, weight().cols());
}

template <typename S>
void BasicDense<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                             MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // y = W x + b:  dLoss/dW = dy x',  dLoss/db = sum of dy over the samples,  dLoss/dx = W' dy
  kernels::gemm(dy.rows(), x.rows(), x.cols(), kernels::plain<S>(dy), kernels::transposed<S>(x), gradients[0].data(),
                gradients[0].rows(), false, scratch.buffers[0]);
  gradients[1] = dy.rowwise().sum();
  if (dx.cols() > 0) {
    kernels::gemm(x.rows(), x.cols(), dy.rows(), kernels::transposed<S>(weight()), kernels::plain<S>(dy), dx.data(),
                  dx.outerStride(), false, scratch.buffers[0]);
  }
}

#ifdef INKLING_COMPILED
template class BasicDense<float>;
template class BasicDense<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
