#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/kernels/channelwise.hpp>
#include <inkling/nn/layer.hpp>

namespace inkling::inline INKLING_ABI::nn {

/// The mean of each channel over all pixels (Lin, Chen and Yan 2014, arXiv:1312.4400): height x width x channels to
/// 1 x 1 x channels. In place of Flatten it saves the next dense layer most of its weights.
template <typename S>
class BasicGlobalAveragePool final : public BasicLayer<S> {
 public:
  static BasicGlobalAveragePool from_options(const nlohmann::json&) { return {}; }

  std::string_view kind() const noexcept override { return "global_average_pool"; }

  Shape build(const Shape& in, Rng&) override {
    in_ = in;
    return {1, 1, in.channels};
  }

  void forward(const ConstMatrixRef<S>& x, MatrixRef<S> y, Scratch<S>&, Mode) const override {
    y.setZero();
    for (Index i = 0; i < x.cols(); ++i) {
      kernels::add_sums(x.col(i).data(), in_.pixels(), in_.channels, y.col(i).data());
    }
    y *= share();
  }

  void backward(const ConstMatrixRef<S>&, const ConstMatrixRef<S>&, const ConstMatrixRef<S>& dy, MatrixRef<S> dx,
                std::span<MatrixOf<S>>, Scratch<S>&) const override {
    for (Index i = 0; i < dx.cols(); ++i) {
      Eigen::Map<MatrixOf<S>> pixels(dx.col(i).data(), in_.channels, in_.pixels());
      for (auto pixel : pixels.colwise()) pixel = share() * dy.col(i);
    }
  }

  std::unique_ptr<BasicLayer<S>> clone() const override { return std::make_unique<BasicGlobalAveragePool>(*this); }

 private:
  S share() const noexcept { return S{1} / static_cast<S>(in_.pixels()); }

  Shape in_;
};

using GlobalAveragePool = BasicGlobalAveragePool<float>;

}  // namespace inkling::inline INKLING_ABI::nn
