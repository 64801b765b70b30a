#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

/// The mean of each channel over all pixels (Lin, Chen and Yan 2014, arXiv:1312.4400): height x width x channels to
/// 1 x 1 x channels. In place of Flatten it saves the next dense layer most of its weights.
template <typename S>
class BasicGlobalAveragePool final : public BasicLayer<S> {
 public:
  static BasicGlobalAveragePool from_options(const StageOptions&) { return {}; }

  static constexpr std::string_view name = "global_average_pool";
  std::string_view kind() const noexcept override { return name; }

  Shape build(const Shape& in, Rng&) override;

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override;

  void describe(Operations<S>& operations) const override { operations.take_mean(*this); }

  /// Its gradient, where training alone sees it: nn/training/detail/pooling.hpp.
  template <typename = void>
  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>&) const;

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicGlobalAveragePool>(*this); }

 private:
  S share() const noexcept { return S{1} / static_cast<S>(in_.pixels()); }

  Shape in_;
};

using GlobalAveragePool = BasicGlobalAveragePool<float>;

#ifdef INKLING_COMPILED
extern template class BasicGlobalAveragePool<float>;
extern template class BasicGlobalAveragePool<double>;
#endif

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layers/global_average_pool.ipp>
#endif
