#include <inkling/data/pen.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace inkling;

namespace {

const Shape small{.height = 12, .width = 12};

/// A stroke of four columns.
std::vector<float> stroke() {
  std::vector<float> values(144, 0.0F);
  for (Index y = 2; y < 10; ++y) std::fill_n(values.begin() + y * 12 + 4, 4, 1.0F);
  return values;
}

float ink(const std::vector<float>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0F);
}

std::vector<std::vector<float>> outcomes(const PenVariation& variation) {
  std::vector<std::vector<float>> result;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    result.push_back(stroke());
    Rng rng(seed);
    random_pen(variation)(result.back(), small, rng);
    for (const float value : result.back()) CHECK((value >= 0 && value <= 1));
  }
  return result;
}

}  // namespace

TEST_CASE("a pen without variation changes nothing") {
  for (const auto& values : outcomes({})) CHECK(values == stroke());
}

TEST_CASE("strokes get up to two pixels thicker or thinner, one as often as the other") {
  int thicker = 0;
  float most = 0;
  float least = 1e9F;
  for (const auto& values : outcomes({.thicken = 1, .thin = 1})) {
    thicker += ink(values) > 32 ? 1 : 0;
    most = std::max(most, ink(values));
    least = std::min(least, ink(values));
  }
  CHECK(thicker > 70);
  CHECK(thicker < 130);
  CHECK(most == doctest::Approx(32 + 2 * 8 + 2 * 4).epsilon(0.03));  // one pixel on all four sides, no corners
  CHECK(least == doctest::Approx(2 * 6).epsilon(0.06));
  for (const auto& values : outcomes({.thicken = 1})) CHECK(ink(values) >= 32);
  for (const auto& values : outcomes({.thin = 1})) CHECK(ink(values) <= 32);
}

TEST_CASE("blur spreads ink with its variance and loses none") {
  for (const float deviation : {0.3F, 0.7F, 1.0F}) {
    std::vector<float> values(144, 0.0F);
    values[5 * 12 + 6] = 1;
    detail::small_blur(values, small, deviation);
    CHECK(ink(values) == doctest::Approx(1));
    float variance = 0;
    for (Index x = 0; x < 12; ++x) {
      float column = 0;
      for (Index y = 0; y < 12; ++y) column += values[static_cast<std::size_t>(y * 12 + x)];
      variance += column * static_cast<float>((x - 6) * (x - 6));
    }
    CHECK(variance == doctest::Approx(deviation * deviation));
  }
}

TEST_CASE("blur keeps channels apart and rows from running into each other") {
  const Shape colour{.height = 2, .width = 3, .channels = 2};
  std::vector<float> values(12, 0.0F);
  values[4] = 1;  // row 0, last column, channel 0
  detail::small_blur(values, colour, 0.7F);
  for (std::size_t i = 1; i < 12; i += 2) CHECK(values[i] == 0);  // channel 1
  CHECK(values[0] == 0);
  CHECK(values[6] == 0);  // row 1, first column
}

TEST_CASE("a pen depends on the generator alone, and refuses amounts outside 0 to 1") {
  CHECK(outcomes({.thicken = 0.5F, .blur = 0.5F}) == outcomes({.thicken = 0.5F, .blur = 0.5F}));
  CHECK_THROWS_AS(random_pen({.thicken = 1.5F}), ValueError);
  CHECK_THROWS_AS(random_pen({.thin = -0.1F}), ValueError);
  CHECK_THROWS_AS(random_pen({.blur = std::nanf("")}), ValueError);
}

TEST_CASE("in_sequence applies one after the other") {
  const Augmentation twice = in_sequence({random_shift(0),
                                          [](std::span<float> values, const Shape&, Rng&) {
                                            for (float& value : values) value += 1;
                                          },
                                          [](std::span<float> values, const Shape&, Rng&) {
                                            for (float& value : values) value *= 3;
                                          }});
  std::vector<float> values{1, 2};
  Rng rng(1);
  twice(values, {.height = 1, .width = 2}, rng);
  CHECK(values == std::vector<float>{6, 9});
}

TEST_CASE("blur has the shape of a Gaussian, also beyond the variance of one pass") {
  for (const float deviation : {0.5F, 0.8F, 0.9F, 1.0F, 1.4F}) {
    CAPTURE(deviation);
    const Shape square{.height = 21, .width = 21, .channels = 1};
    std::vector<float> values(441, 0.0F);
    values[10 * 21 + 10] = 1;
    detail::small_blur(values, square, deviation);
    std::vector<double> columns(21, 0);
    for (std::size_t i = 0; i < 441; ++i) columns[i % 21] += static_cast<double>(values[i]);
    double variance = 0;
    for (std::size_t i = 0; i < 21; ++i) {
      const double x = static_cast<double>(i) - 10;
      variance += columns[i] * x * x;
      const double width = static_cast<double>(deviation) * std::sqrt(2.0);
      const double exact = (std::erf((x + 0.5) / width) - std::erf((x - 0.5) / width)) / 2;  // over a pixel
      CHECK(std::abs(columns[i] - exact) < 0.07);
      CHECK(columns[i] >= 0);
      if (i > 10) CHECK(columns[i] <= columns[i - 1]);  // it falls from its middle
    }
    CHECK(variance == doctest::Approx(deviation * deviation));
  }
}
