#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/nn/kernels/gemm.hpp>
#include <inkling/nn/layers/dense.hpp>

#include <span>
#include <utility>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void DenseOptions::check() const {
  in_range("DenseOptions::units", units, {1, 1e6});
}

template <typename S>
BasicDense<S>::BasicDense(const DenseOptions& options) : options_(options) {
  options.check();
}

template <typename S>
auto BasicDense<S>::from_options(const StageOptions& options) -> BasicDense {
  return BasicDense({.units = options.integer("units"),
                     .initialisation = options.choice("initialisation", {Initialisation::he, Initialisation::glorot})});
}

template <typename S>
StageOptions BasicDense<S>::options() const {
  return {{"units", options_.units}, {"initialisation", to_string(options_.initialisation)}};
}

template <typename S>
Shape BasicDense<S>::build(const Shape& in, Rng& rng) {
  const Shape out = build_to_fill(in);
  initialise(this->parameters_[0].value, in.channels, options_.units, options_.initialisation, rng);
  return out;
}

template <typename S>
Shape BasicDense<S>::build_to_fill(const Shape& in) {
  if (in.pixels() != 1)
    throw ShapeError("expected a flat input 1x1xN, got " + to_string(in) + "; add Flatten before it");
  MatrixOf<S> weight(options_.units, in.channels);
  this->parameters_.clear();
  this->parameters_.push_back({"weight", Role::weight, {in.channels, options_.units}, std::move(weight)});
  this->parameters_.push_back({"bias", Role::offset, {options_.units}, MatrixOf<S>::Zero(options_.units, 1)});
  return {1, 1, options_.units};
}

template <typename S>
void BasicDense<S>::expect_tensors(const Shape& in, TensorExpectations& expected) const {
  expected.tensor("weight", {in.channels, options_.units});
}

template <typename S>
void BasicDense<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode) const {
  y.colwise() = bias().col(0);
  kernels::gemm(y.rows(), y.cols(), x.rows(), kernels::plain<S>(weight()), kernels::plain<S>(x), y.data(),
                y.outerStride(), true, scratch.buffers[0]);
}

#ifdef INKLING_COMPILED
template class BasicDense<float>;
template class BasicDense<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
