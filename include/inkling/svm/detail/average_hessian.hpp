#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/lanes.hpp>

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::svm::detail {

/// What all classes' Hessians have in common, I + sum over samples of weight * x x^T, factored: the preconditioner of
/// Newton's conjugate gradients. Directions in which the features vary together are the same for every class, so that
/// one factor serves all of them, where each class's own would cost features^3 a class.
///
/// With more than `most_features` features it is the diagonal alone.
class AverageHessian {
 public:
  static constexpr Index most_features = 4096;

  /// weights: of each sample of `chosen`, at least 0.
  template <typename Value>
  AverageHessian(const DenseSamples<Value>& samples, std::span<const std::uint32_t> chosen,
                 std::span<const float> weights, int threads) {
    if (samples.features() <= most_features) {
      factor(samples, chosen, weights, threads);
      if (factor_.info() == Eigen::Success) return;
    }
    diagonal_.setOnes(samples.padded_features());
    Vector x(samples.padded_features());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      samples.unpack(chosen[i], x.data());
      diagonal_.array() += weights[i] * (samples.scale() * x.array()).square();
    }
  }

  /// x = inverse * x. x: padded features.
  void solve_in_place(Vector& x) const {
    if (diagonal_.size() > 0) {
      x.array() /= diagonal_.array();
    } else {
      factor_.solveInPlace(x);
    }
  }

 private:
  template <typename Value>
  void factor(const DenseSamples<Value>& samples, std::span<const std::uint32_t> chosen, std::span<const float> weights,
              int threads) {
    constexpr Index block = 256;
    const Index padded = samples.padded_features();
    const Index step = padded + lanes;
    std::vector<float> x(static_cast<std::size_t>(block * step));
    Matrix hessian = Matrix::Zero(padded, padded);  // its lower triangle, in whole tiles
    for (std::size_t first = 0; first < chosen.size(); first += block) {
      const auto count = static_cast<Index>(std::min<std::size_t>(block, chosen.size() - first));
      for (Index s = 0; s < count; ++s) {
        const std::size_t i = first + static_cast<std::size_t>(s);
        samples.unpack(chosen[i], x.data() + s * step);
        Eigen::Map<Vector>(x.data() + s * step, padded) *= samples.scale() * std::sqrt(weights[i]);
      }
      parallel_for(padded / lanes, threads, [&](Index tile, int) {
        const Index f = tile * lanes;
        multiply(padded - f, count, x.data() + f, 1, step, x.data() + f, step, &hessian(f, f), padded);
      });
    }
    // What one precision cannot tell from 0 would make the factor fail.
    hessian.diagonal().array() += std::max(1.0F, 1e-5F * hessian.diagonal().maxCoeff());
    factor_.compute(hessian);
  }

  Eigen::LLT<Matrix, Eigen::Upper> factor_;
  Vector diagonal_;  // empty when there is a factor
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
