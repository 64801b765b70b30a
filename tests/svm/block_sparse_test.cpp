#include <inkling/core/rng.hpp>
#include <inkling/svm/block_sparse.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "all_close.hpp"

using namespace inkling;

namespace {

/// About two thirds zeros in runs, with whole samples of zeros. Shape: features x samples.
template <typename Value>
MatrixOf<Value> sparse_samples(Index features, Index samples) {
  Rng rng(3);
  MatrixOf<Value> result = MatrixOf<Value>::Zero(features, samples);
  for (Index i = 0; i < samples; ++i) {
    if (i % 7 == 3) continue;
    for (Index f = 0; f < features; ++f) {
      if ((f / 10 + i) % 3 == 0) result(f, i) = static_cast<Value>(rng.below(256));
    }
  }
  return result;
}

}  // namespace

TEST_CASE_TEMPLATE("BlockSparse computes what dense samples would", Value, std::uint8_t, float) {
  constexpr float scale = 0.25F;
  for (const Index features : {1, 8, 61, 784}) {
    CAPTURE(features);
    const auto dense = sparse_samples<Value>(features, 20);
    svm::BlockSparse<Value> samples(features, scale);
    for (Index i = 0; i < dense.cols(); ++i) {
      samples.push_back(std::span(dense.col(i).data(), static_cast<std::size_t>(features)));
    }
    REQUIRE(samples.size() == dense.cols());
    REQUIRE(samples.padded_features() % 8 == 0);

    Vector weights = Vector::LinSpaced(samples.padded_features(), -1, 2);
    std::vector<float> buffer(static_cast<std::size_t>(samples.longest()));
    for (Index i = 0; i < dense.cols(); ++i) {
      CAPTURE(i);
      const Vector x = dense.col(i).template cast<float>();
      const svm::BlockRow row = samples.row(i, buffer.data());
      const double expected = x.cast<double>().dot(weights.head(features).cast<double>());
      CHECK(static_cast<double>(row.dot(weights.data())) == doctest::Approx(expected).epsilon(1e-5));
      CHECK(row.squared_norm() == doctest::Approx(x.cast<double>().squaredNorm()).epsilon(1e-6));
      const Vector sum = weights.head(features) + 0.5F * x;
      row.add_to(0.5F, weights.data());
      CHECK(test::mismatch(weights.head(features), sum, 1e-6, 1e-6) == "");
    }
  }
}

TEST_CASE("BlockSparse leaves out blocks of zeros") {
  svm::BlockSparse<std::uint8_t> samples(32, 1);
  std::vector<std::uint8_t> sample(32, 0);
  samples.push_back(sample);
  CHECK(samples.longest() == 0);
  sample[9] = 5;
  sample[31] = 1;
  samples.push_back(sample);
  CHECK(samples.longest() == 16);
  std::vector<float> buffer(16);
  CHECK(samples.row(1, buffer.data()).blocks[0] == 1);
  CHECK(samples.row(1, buffer.data()).blocks[1] == 3);
}

TEST_CASE("BlockSparse refuses more features than its block numbers can count") {
  CHECK_THROWS_AS(svm::BlockSparse<float>(524281, 1.0F), ValueError);
}
