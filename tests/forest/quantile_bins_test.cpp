#include <inkling/core/rng.hpp>
#include <inkling/forest/quantile_bins.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

using namespace inkling;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("Few different values each get a bin of their own") {
  Matrix features(2, 5);           // features x samples
  features << -1, 3, 3, 0.5F, -1,  //
      7, 7, 7, 7, 7;
  const QuantileBins bins = fit_quantile_bins(features);
  Pixels expected(2, 5);
  expected << 0, 2, 2, 1, 0,  //
      0, 0, 0, 0, 0;
  CHECK(bins.transform(features) == expected);
  CHECK(bins.cuts()[0] == std::vector<float>{-0.25F, 1.75F});
  CHECK(bins.cuts()[1].empty());
}

TEST_CASE("Many values fill the bins evenly, in order") {
  Rng rng(5);
  Matrix features(1, 25600);
  for (Index i = 0; i < features.cols(); ++i) features(0, i) = std::exp(3 * rng.normal());
  const QuantileBins bins = fit_quantile_bins(features);
  REQUIRE(bins.cuts()[0].size() == 255);
  const Pixels bytes = bins.transform(features);
  std::array<int, 256> counts{};
  for (Index i = 0; i < bytes.cols(); ++i) ++counts[bytes(0, i)];
  for (const int count : counts) CHECK(std::abs(count - 100) <= 5);
  for (Index i = 1; i < bytes.cols(); ++i) {
    CHECK((features(0, i - 1) <= features(0, i) ? bytes(0, i - 1) <= bytes(0, i) : bytes(0, i - 1) >= bytes(0, i)));
  }
}

TEST_CASE("A frequent value has one bin and takes no quantiles from the others") {
  Matrix features(1, 3000);
  for (Index i = 0; i < 3000; ++i) features(0, i) = i < 2000 ? 0 : static_cast<float>(i);
  const Pixels bytes = fit_quantile_bins(features).transform(features);
  CHECK((bytes.leftCols(2000).array() == 0).all());
  CHECK(bytes(0, 2999) > 80);
}

TEST_CASE("Values outside the fitted range go to the outermost bins") {
  Matrix features(1, 3);
  features << 1, 2, 3;
  const QuantileBins bins = fit_quantile_bins(features);
  Matrix outside(1, 4);
  outside << -infinity, -100, 100, infinity;
  Pixels expected(1, 4);
  expected << 0, 0, 2, 2;
  CHECK(bins.transform(outside) == expected);
}

TEST_CASE("Neighbouring floats and extremes are told apart") {
  const float one = 1;
  Matrix features(1, 4);
  features << std::numeric_limits<float>::lowest(), one, std::nextafter(one, 2.0F), std::numeric_limits<float>::max();
  Pixels expected(1, 4);
  expected << 0, 1, 2, 3;
  CHECK(fit_quantile_bins(features).transform(features) == expected);
}

TEST_CASE("QuantileBins refuses what it cannot order") {
  CHECK_THROWS_AS(fit_quantile_bins(Matrix(3, 0)), ValueError);
  CHECK_THROWS_AS(fit_quantile_bins(Matrix::Constant(1, 1, infinity)), ValueError);
  const QuantileBins bins = fit_quantile_bins(Matrix::Zero(2, 3));
  CHECK_THROWS_AS(bins.transform(Matrix::Zero(3, 3)), ShapeError);
  CHECK_THROWS_AS(bins.transform(Matrix::Constant(2, 1, std::numeric_limits<float>::quiet_NaN())), ValueError);
  using Cuts = std::vector<std::vector<float>>;
  CHECK_THROWS_AS(QuantileBins(Cuts{{1, 1}}), ValueError);
  CHECK_THROWS_AS(QuantileBins(Cuts{{2, 1}}), ValueError);
  CHECK_THROWS_AS(QuantileBins(Cuts{{infinity}}), ValueError);
  CHECK_THROWS_AS(QuantileBins(Cuts{std::vector<float>(256, 0)}), ValueError);
}
