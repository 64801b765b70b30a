#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/option.hpp>

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// A residual block: y = shortcut(x) + path(x), where the path is a list of layers (He, Zhang, Ren and Sun 2016,
/// arXiv:1512.03385).
///
///     network.add(nn::Residual(nn::Conv2d({.filters = 64, .padding = nn::Padding::same, .bias = false}),
///                              nn::BatchNorm(), nn::Relu(),
///                              nn::Conv2d({.filters = 64, .padding = nn::Padding::same, .bias = false}),
///                              nn::BatchNorm()))
///         .add(nn::Relu());
///
/// Where the path keeps the shape, the shortcut is x itself. Where it changes it, the shortcut is a projection: a 1x1
/// convolution with the path's filters and stride, and a batch norm (option B of the paper).
///
/// The tensors of the path's layer 3 are called "3.weight", those of the projection "shortcut.0.weight" and so on.
template <typename S>
class BasicResidual final : public BasicLayer<S> {
 public:
  using Layers = std::vector<Polymorphic<BasicLayer<S>>>;

  /// The path, from its first layer to its last.
  template <std::derived_from<BasicLayer<S>>... L>
  explicit BasicResidual(L... path) {
    (path_layers_.emplace_back(std::make_unique<L>(std::move(path))), ...);
    check();
  }
  /// Throws ValueError when the path has no layer.
  explicit BasicResidual(Layers path) : path_layers_(std::move(path)) { check(); }

  template <typename Registry>
  static BasicResidual from_options(const nlohmann::json& json, const Registry& registry) {
    const auto descriptions = option<std::vector<nlohmann::json>>(json, "layers");
    Layers path;
    for (const nlohmann::json& layer : descriptions) {
      const auto kind = option<std::string>(layer, "kind");
      path.emplace_back(registry.make(kind, option<nlohmann::json::object_t>(layer, "options")));
    }
    return BasicResidual(std::move(path));
  }

  std::string_view kind() const noexcept override { return "residual"; }
  nlohmann::json options() const override {
    nlohmann::json layers = nlohmann::json::array();
    for (const auto& layer : path_layers_) layers.push_back(description(*layer));
    return {{"layers", std::move(layers)}};
  }

  Shape build(const Shape& in, Rng& rng) override {
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

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const override {
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

  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const override {
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

  void append_parameters(std::vector<const Parameter<S>*>& all) const override {
    if (path_) path_->append_parameters(all);
    if (shortcut_) shortcut_->append_parameters(all);
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicResidual>(*this); }

  /// Requires for both: it is built. The shortcut is null where it is x itself.
  const BasicNetwork<S>* path() const noexcept { return path_ ? &*path_ : nullptr; }
  const BasicNetwork<S>* shortcut() const noexcept { return shortcut_ ? &*shortcut_ : nullptr; }

 private:
  void check() const {
    require<ValueError>(!path_layers_.empty(), "Residual: expected at least one layer in its path");
  }

  /// The stride with which a 1x1 convolution gives the height and width of the path.
  static Index stride(const Shape& in, const Shape& out) {
    const Index stride = (in.height + out.height - 1) / out.height;
    if ((in.height - 1) / stride + 1 != out.height || (in.width - 1) / stride + 1 != out.width) {
      throw ShapeError("no stride takes its shortcut from " + to_string(in) + " to the " + to_string(out) +
                       " of its path");
    }
    return stride;
  }

  Layers path_layers_;                       // as they were given: not built
  std::optional<BasicNetwork<S>> path_;      // the same, built
  std::optional<BasicNetwork<S>> shortcut_;  // empty where it is the identity
  std::size_t path_tensors_ = 0;
};

using Residual = BasicResidual<float>;

}  // namespace inkling::inline INKLING_ABI::nn
