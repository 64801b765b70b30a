#pragma once

#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/option.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#ifdef INKLING_COMPILED
#include <inkling/nn/layer_registry.hpp>
#endif

namespace inkling::inline INKLING_ABI::nn {

template <typename S>
template <typename Registry>
auto BasicResidual<S>::from_options(const nlohmann::json& json, const Registry& registry) -> BasicResidual {
  const auto descriptions = option<std::vector<nlohmann::json>>(json, "layers");
  Layers path;
  for (const nlohmann::json& layer : descriptions) {
    const auto kind = option<std::string>(layer, "kind");
    path.emplace_back(registry.make(kind, option<nlohmann::json::object_t>(layer, "options")));
  }
  return BasicResidual(std::move(path));
}

template <typename S>
nlohmann::json BasicResidual<S>::options() const {
  nlohmann::json layers = nlohmann::json::array();
  for (const auto& layer : path_layers_) layers.push_back(description(*layer));
  return {{"layers", std::move(layers)}};
}

template <typename S>
Shape BasicResidual<S>::build(const Shape& in, Rng& rng) {
  const std::uint64_t seed = std::uint64_t{rng.next()} << 32U | rng.next();
  path_.emplace(in, derive_seed(seed, {0}));
  for (const auto& layer : path_layers_) path_->add(layer->clone());
  const Shape out = path_->output_shape();
  shortcut_.reset();
  if (out != in) {
    shortcut_.emplace(in, derive_seed(seed, {1}));
    shortcut_->add(BasicConv2d<S>({.filters = out.channels, .kernel = 1, .stride = stride(in, out), .bias = false}))
        .add(BasicBatchNorm<S>());
  }
  path_tensors_ = path_->parameters().size();
  path_->name_parameters("");
  if (shortcut_) shortcut_->name_parameters("shortcut.");
  return out;
}

template <typename S>
void BasicResidual<S>::forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const {
  if (scratch.nested.empty()) scratch.nested.resize(2);
  BasicWorkspace<S>& workspace = scratch.nested[0];
  workspace.seed(scratch.rng.next());
  const auto path = path_->forward(x, workspace, mode);
  if (shortcut_) {
    y = path + shortcut_->forward(x, scratch.nested[1], mode);
  } else {
    y = path + x;
  }
}

template <typename S>
void BasicResidual<S>::backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy,
                                MatrixRef<S> dx, std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const {
  // dLoss/dx is the sum of what comes through the path and through the shortcut.
  path_->backward(x, dy, scratch.nested[0], gradients.first(path_tensors_), dx);
  if (shortcut_) {
    auto through = scratch.buffers[0].matrix(dx.rows(), dx.cols());
    shortcut_->backward(x, dy, scratch.nested[1], gradients.subspan(path_tensors_), through);
    dx += through;
  } else if (dx.cols() > 0) {
    dx += dy;
  }
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
template BasicResidual<float> BasicResidual<float>::from_options(const nlohmann::json&, const LayerRegistry&);
template class BasicResidual<float>;
template class BasicResidual<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn
