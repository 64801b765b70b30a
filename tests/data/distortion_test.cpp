#include <inkling/data/detail/elastic_field.hpp>
#include <inkling/data/distortion.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

using namespace inkling;

namespace {

const Shape image{.height = 28, .width = 28};

/// A soft disc of radius 3 at (y, x).
std::vector<float> blob(float y, float x) {
  std::vector<float> values;
  for (Index row = 0; row < image.height; ++row) {
    for (Index column = 0; column < image.width; ++column) {
      const float distance = std::hypot(static_cast<float>(row) - y, static_cast<float>(column) - x);
      values.push_back(std::clamp(3.5F - distance, 0.0F, 1.0F));
    }
  }
  return values;
}

struct Centre {
  float y, x, mass;
};
Centre centre(const std::vector<float>& values) {
  Centre sum{0, 0, 0};
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum.y += values[i] * static_cast<float>(i / 28);
    sum.x += values[i] * static_cast<float>(i % 28);
    sum.mass += values[i];
  }
  return {sum.y / sum.mass, sum.x / sum.mass, sum.mass};
}

/// What becomes of a blob at (y, x), for many seeds.
std::vector<Centre> outcomes(const Distortion& distortion, float y, float x) {
  const Augmentation augment = random_distortion(distortion);
  std::vector<Centre> result;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    std::vector<float> values = blob(y, x);
    Rng rng(seed);
    augment(values, image, rng);
    CHECK(std::all_of(values.begin(), values.end(), [](float value) { return value >= 0 && value <= 1; }));
    result.push_back(centre(values));
  }
  return result;
}

/// Smallest and largest of one number of all outcomes.
std::pair<float, float> range(const std::vector<Centre>& outcomes, const std::function<float(const Centre&)>& number) {
  float least = std::numeric_limits<float>::max();
  float most = std::numeric_limits<float>::lowest();
  for (const Centre& outcome : outcomes) {
    least = std::min(least, number(outcome));
    most = std::max(most, number(outcome));
  }
  return {least, most};
}

void check_range(const std::pair<float, float>& got, float least, float most, float tolerance) {
  CHECK(got.first == doctest::Approx(least).epsilon(tolerance));
  CHECK(got.second == doctest::Approx(most).epsilon(tolerance));
}

}  // namespace

TEST_CASE("random_distortion without bounds changes nothing") {
  std::vector<float> values = blob(9, 17);
  Rng rng(1);
  random_distortion({})(values, image, rng);
  CHECK(values == blob(9, 17));
}

TEST_CASE("random_distortion turns about the centre, by up to its bound to either side") {
  const auto angles = range(outcomes({.rotation = 30}, 13.5F, 21.5F), [](const Centre& c) {
    CHECK(std::hypot(c.y - 13.5F, c.x - 13.5F) == doctest::Approx(8).epsilon(0.01));
    return std::atan2(c.y - 13.5F, c.x - 13.5F) * 57.29578F;
  });
  check_range(angles, -30, 30, 0.02F);
}

TEST_CASE("random_distortion shears, scales and shifts by up to its bounds") {
  const auto column = [](const Centre& c) { return c.x; };
  const auto row = [](const Centre& c) { return c.y; };
  const auto sheared = outcomes({.shear = 0.25F}, 5.5F, 13.5F);  // 8 rows above the centre: 2 columns
  check_range(range(sheared, column), 11.5F, 15.5F, 0.01F);
  check_range(range(sheared, row), 5.5F, 5.5F, 0.01F);
  const auto scaled = outcomes({.scale = 0.25F}, 5.5F, 21.5F);
  check_range(range(scaled, column), 19.5F, 23.5F, 0.01F);
  check_range(range(scaled, row), 3.5F, 7.5F, 0.02F);
  const auto shifted = outcomes({.shift = 2}, 10, 12);
  check_range(range(shifted, column), 10, 14, 0.01F);
  check_range(range(shifted, row), 8, 12, 0.01F);
}

TEST_CASE("elastic distortion has the deviation that is asked for, and neighbours move together") {
  constexpr float asked = 1.5F;
  double squares = 0;
  double steps = 0;
  Index count = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Rng rng(seed);
    const detail::ElasticField field(asked, 4, image, rng);
    for (Index y = 0; y < 28; y += 3) {
      for (Index x = 0; x + 1 < 28; x += 3) {
        const auto here = field.at(y, x);
        const auto beside = field.at(y, x + 1);
        for (std::size_t k = 0; k < 2; ++k) {
          squares += here[k] * here[k];
          steps += (here[k] - beside[k]) * (here[k] - beside[k]);
          ++count;
        }
      }
    }
  }
  CHECK(std::sqrt(squares / static_cast<double>(count)) == doctest::Approx(asked).epsilon(0.05));
  CHECK(std::sqrt(steps / static_cast<double>(count)) < 0.3 * asked);
}

TEST_CASE("random_distortion depends on the generator alone, and refuses bounds that make no sense") {
  const Augmentation augment =
      random_distortion({.rotation = 10, .shear = 0.2F, .scale = 0.1F, .shift = 1, .elastic = 1});
  std::vector<float> first = blob(9, 17);
  std::vector<float> second = first;
  std::vector<float> other = first;
  Rng one(7), same(7), another(8);
  augment(first, image, one);
  augment(second, image, same);
  augment(other, image, another);
  CHECK(first == second);
  CHECK(first != other);
  CHECK_THROWS_AS(random_distortion({.rotation = -1}), ValueError);
  CHECK_THROWS_AS(random_distortion({.elastic = std::nanf("")}), ValueError);
  CHECK_THROWS_AS(random_distortion({.scale = 1}), ValueError);
  CHECK_THROWS_AS(random_distortion({.knots = 0}), ValueError);
}

TEST_CASE("random_distortion moves all channels of a pixel together") {
  const Shape colour{.height = 28, .width = 28, .channels = 2};
  std::vector<float> values;
  for (const float value : blob(10, 12)) values.insert(values.end(), {value, value / 2});
  Rng rng(3);
  random_distortion({.rotation = 20, .elastic = 1})(values, colour, rng);
  for (std::size_t i = 0; i < values.size(); i += 2) CHECK(values[i + 1] == doctest::Approx(values[i] / 2));
}
