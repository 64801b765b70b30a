#pragma once

#include <inkling/core/range.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE void SqueezeExciteOptions::check() const {
  in_range("SqueezeExciteOptions::units", units, {1, 1e6});
}

template <typename S>
BasicSqueezeExcite<S>::BasicSqueezeExcite(const SqueezeExciteOptions& options) : options_(options) {
  options.check();
}

template <typename S>
auto BasicSqueezeExcite<S>::from_options(const StageOptions& options) -> BasicSqueezeExcite {
  return BasicSqueezeExcite({.units = options.integer("units")});
}

template <typename S>
Shape BasicSqueezeExcite<S>::build(const Shape& in, Rng& rng) {
  return build_gate(in, rng.next(), &BasicNetwork<S>::add);
}

template <typename S>
Shape BasicSqueezeExcite<S>::build_to_fill(const Shape& in) {
  return build_gate(in, 0, &BasicNetwork<S>::add_to_fill);
}

template <typename S>
Shape BasicSqueezeExcite<S>::build_gate(const Shape& in, std::uint64_t seed, Add add) {
  in_ = in;
  gate_.emplace(Shape{1, 1, in.channels}, seed);
  const DenseOptions inner{.units = options_.units};
  const DenseOptions outer{.units = in.channels, .initialisation = Initialisation::glorot};
  ((*gate_).*add)(std::make_unique<BasicDense<S>>(inner));
  ((*gate_).*add)(std::make_unique<BasicRelu<S>>());
  ((*gate_).*add)(std::make_unique<BasicDense<S>>(outer));
  ((*gate_).*add)(std::make_unique<BasicSigmoid<S>>());
  gate_->name_parameters("");
  return in;
}

template <typename S>
void BasicSqueezeExcite<S>::expect_tensors(const Shape& in, TensorExpectations& expected) const {
  expected.tensor("0.weight", {in.channels, options_.units});
}

template <typename S>
void BasicSqueezeExcite<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const {
  if (scratch.nested.empty()) scratch.nested.resize(1);
  auto mean = scratch.buffers[means].matrix(in_.channels, x.cols());
  mean.setZero();
  for (Index i = 0; i < x.cols(); ++i) {
    kernels::add_sums(x.col(i).data(), in_.pixels(), in_.channels, mean.col(i).data());
  }
  mean /= static_cast<S>(in_.pixels());
  auto gate = scratch.buffers[gates].matrix(in_.channels, x.cols());
  gate = gate_->forward(mean, scratch.nested[0], mode);
  auto nothing = scratch.buffers[offsets].matrix(in_.channels, x.cols());
  nothing.setZero();
  scale(x, gate, nothing, y);
}

template <typename S>
void BasicSqueezeExcite<S>::append_parameters(std::vector<const Parameter<S>*>& all) const {
  if (gate_) gate_->append_parameters(all);
}

#ifdef INKLING_COMPILED
template class BasicSqueezeExcite<float>;
template class BasicSqueezeExcite<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
