#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/network.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
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

  static BasicResidual from_options(const StageOptions& options,
                                    const LayerFactory& factory) requires std::same_as<S, float>;

  static constexpr std::string_view name = "residual";
  std::string_view kind() const noexcept override { return name; }
  StageOptions options() const override;

  Shape build(const Shape& in, Rng& rng) override;
  Shape build_to_fill(const Shape& in) override;
  void expect_tensors(const Shape& in, TensorExpectations& expected) const override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>& scratch, Mode mode) const override;

  void describe(Operations<S>& operations) const override { operations.add(*this, *path_, shortcut()); }

  /// Its gradient, where training alone sees it: nn/training/detail/blocks.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>& x, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>> gradients, Scratch<S>& scratch) const;

  void append_parameters(std::vector<const Parameter<S>*>& all) const override;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicResidual>(*this); }

  /// Requires for both: it is built. The shortcut is null where it is x itself.
  const BasicNetwork<S>* path() const noexcept { return path_ ? &*path_ : nullptr; }
  const BasicNetwork<S>* shortcut() const noexcept { return shortcut_ ? &*shortcut_ : nullptr; }

 private:
  using Add = BasicNetwork<S>& (BasicNetwork<S>::*)(std::unique_ptr<BasicLayer<S>>);

  void check() const;
  Shape build_networks(const Shape& in, std::uint64_t seed, Add add);

  /// The stride with which a 1x1 convolution gives the height and width of the path.
  static Index stride(const Shape& in, const Shape& out);

  Layers path_layers_;                       // as they were given: not built
  std::optional<BasicNetwork<S>> path_;      // the same, built
  std::optional<BasicNetwork<S>> shortcut_;  // empty where it is the identity
  std::size_t path_tensors_ = 0;
};

using Residual = BasicResidual<float>;

#ifdef INKLING_COMPILED
extern template class BasicResidual<float>;
extern template class BasicResidual<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/residual.ipp>
#endif
