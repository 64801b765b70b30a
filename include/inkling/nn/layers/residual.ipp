#pragma once

#include <inkling/core/error.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layers/residual.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
auto BasicResidual<S>::from_options(const StageOptions& options, const LayerFactory& factory)
    -> BasicResidual requires std::same_as<S, float> {
  Layers path;
  for (const Stage& layer : options.stages("layers")) path.emplace_back(factory.make(layer.kind, layer.options));
  return BasicResidual(std::move(path));
}

template <typename S>
StageOptions BasicResidual<S>::options() const {
  Architecture layers;
  for (const auto& layer : path_layers_) layers.push_back(description(*layer));
  return {{"layers", std::move(layers)}};
}

template <typename S>
Shape BasicResidual<S>::build(const Shape& in, Rng& rng) {
  const std::uint64_t seed = std::uint64_t{rng.next()} << 32U | rng.next();
  return build_networks(in, seed, &BasicNetwork<S>::add);
}

template <typename S>
Shape BasicResidual<S>::build_to_fill(const Shape& in) {
  return build_networks(in, 0, &BasicNetwork<S>::add_to_fill);
}

template <typename S>
Shape BasicResidual<S>::build_networks(const Shape& in, std::uint64_t seed, Add add) {
  path_.emplace(in, derive_seed(seed, {0}));
  for (const auto& layer : path_layers_) ((*path_).*add)(layer->clone());
  const Shape out = path_->output_shape();
  shortcut_.reset();
  if (out != in) {
    shortcut_.emplace(in, derive_seed(seed, {1}));
    const Conv2dOptions projection{.filters = out.channels, .kernel = 1, .stride = stride(in, out), .bias = false};
    ((*shortcut_).*add)(std::make_unique<BasicConv2d<S>>(projection));
    ((*shortcut_).*add)(std::make_unique<BasicBatchNorm<S>>());
  }
  path_tensors_ = path_->parameters().size();
  path_->name_parameters("");
  if (shortcut_) shortcut_->name_parameters("shortcut.");
  return out;
}

namespace detail {

/// The same listener for a layer within the layer.
class InnerExpectations final : public TensorExpectations {
 public:
  InnerExpectations(TensorExpectations& outer, std::string prefix) : outer_(outer), prefix_(std::move(prefix)) {}
  void tensor(const std::string& name, const std::vector<Index>& dims) override { outer_.tensor(prefix_ + name, dims); }
  void output(const std::string& name, const Shape& shape) override { outer_.output(prefix_ + name, shape); }

 private:
  TensorExpectations& outer_;
  std::string prefix_;
};

}  // namespace detail

/// The path is built once by itself, each of its layers checked before the next: then it can be built as a whole.
template <typename S>
void BasicResidual<S>::expect_tensors(const Shape& in, TensorExpectations& expected) const {
  BasicNetwork<S> path(in);
  for (const auto& layer : path_layers_) {
    const std::string number = std::to_string(path.size());
    detail::InnerExpectations inner(expected, number + ".");
    layer->expect_tensors(path.output_shape(), inner);
    path.add_to_fill(layer->clone());
    expected.output(number, path.output_shape());
  }
  const Shape& out = path.output_shape();
  if (out != in) expected.tensor("shortcut.0.weight", {1, 1, in.channels, out.channels});
}

template <typename S>
void BasicResidual<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const {
  if (scratch.nested.size() < 2) scratch.nested.resize(2);
  BasicWorkspace<S>& workspace = scratch.nested[0];
  workspace.seed(scratch.rng.next());
  const auto path = path_->forward(x, workspace, mode);
  const S* const shortcut = shortcut_ ? shortcut_->forward(x, scratch.nested[1], mode).data() : x.data();
  kernels::add(path.data(), shortcut, y.size(), false, y.data());
}

template <typename S>
void BasicResidual<S>::append_parameters(std::vector<const Parameter<S>*>& all) const {
  if (path_) path_->append_parameters(all);
  if (shortcut_) shortcut_->append_parameters(all);
}

template <typename S>
void BasicResidual<S>::check() const {
  require<ValueError>(!path_layers_.empty(), "Residual: expected at least one layer in its path");
}

template <typename S>
Index BasicResidual<S>::stride(const Shape& in, const Shape& out) {
  const Index stride = (in.height + out.height - 1) / out.height;
  if ((in.height - 1) / stride + 1 != out.height || (in.width - 1) / stride + 1 != out.width) {
    throw ShapeError("no stride takes its shortcut from " + to_string(in) + " to the " + to_string(out) +
                     " of its path");
  }
  return stride;
}

#ifdef INKLING_COMPILED
template class BasicResidual<float>;
template class BasicResidual<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
