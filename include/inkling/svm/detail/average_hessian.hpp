#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/svm/detail/dense_samples.hpp>
#include <inkling/svm/detail/lanes.hpp>

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
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

  /// weights: of each sample of `chosen`, at least 0. ranks: they share the products, and all get the whole.
  template <typename Value>
  AverageHessian(const DenseSamples<Value>& samples, std::span<const std::uint32_t> chosen,
                 std::span<const float> weights, int threads, Collective& ranks) {
    if (samples.features() <= most_features) {
      factor(samples, chosen, weights, threads, ranks);
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
              int threads, Collective& ranks) {
    constexpr Index block = 256;
    const Index padded = samples.padded_features();
    const Index tiles = padded / lanes;
    const Index step = padded + lanes;
    std::vector<float> x(static_cast<std::size_t>(block * step));
    Matrix hessian = Matrix::Zero(padded, padded);  // its upper triangle, in whole tiles
    for (std::size_t first = 0; first < chosen.size(); first += block) {
      const auto count = static_cast<Index>(std::min<std::size_t>(block, chosen.size() - first));
      for (Index s = 0; s < count; ++s) {
        const std::size_t i = first + static_cast<std::size_t>(s);
        samples.unpack(chosen[i], x.data() + s * step);
        Eigen::Map<Vector>(x.data() + s * step, padded) *= samples.scale() * std::sqrt(weights[i]);
      }
      parallel_for((tiles - ranks.rank() + ranks.size() - 1) / ranks.size(), threads, [&](Index i, int) {
        const Index f = (ranks.rank() + i * ranks.size()) * lanes;  // the first tiles have most columns
        multiply(padded - f, count, x.data() + f, 1, step, x.data() + f, step, &hessian(f, f), padded);
      });
    }
    gather_tiles(hessian, ranks);
    // What one precision cannot tell from 0 would make the factor fail.
    hessian.diagonal().array() += std::max(1.0F, 1e-5F * hessian.diagonal().maxCoeff());
    factor_.compute(hessian);
  }

  /// Fills the tiles of the other ranks: tile i, of 16 rows from the diagonal on, is of rank i modulo their number.
  static void gather_tiles(Matrix& hessian, Collective& ranks) {
    if (ranks.size() == 1) return;
    const Index padded = hessian.cols();
    std::vector<Index> order;  // first rows of the tiles of rank 0, then of those of rank 1, and so on
    std::vector<std::size_t> ends;
    Index size = 0;
    for (int r = 0; r < ranks.size(); ++r) {
      for (Index f = r * lanes; f < padded; f += ranks.size() * lanes) {
        order.push_back(f);
        size += lanes * (padded - f);
      }
      ends.push_back(static_cast<std::size_t>(size));
    }
    Vector values(size);
    const auto for_each = [&](const auto& copy) {
      float* next = values.data();
      for (const Index f : order) {
        copy(hessian.block(f, f, lanes, padded - f), Eigen::Map<Matrix>(next, lanes, padded - f));
        next += lanes * (padded - f);
      }
    };
    for_each([](auto tile, auto packed) { packed = tile; });
    gather(ranks, values.data(), std::move(ends));
    for_each([](auto tile, auto packed) { tile = packed; });
  }

  Eigen::LLT<Matrix, Eigen::Upper> factor_;
  Vector diagonal_;  // empty when there is a factor
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
