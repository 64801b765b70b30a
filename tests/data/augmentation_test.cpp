#include <inkling/core/shape.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/distortion.hpp>
#include <inkling/data/found_ink.hpp>
#include <inkling/data/pen.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

/// 1, 2, 3, ...: every value tells where it came from.
std::vector<float> numbered(const Shape& image) {
  std::vector<float> values(static_cast<std::size_t>(image.size()));
  std::iota(values.begin(), values.end(), 1.0F);
  return values;
}

float at(const std::vector<float>& values, const Shape& image, Index y, Index x, Index c) {
  if (y < 0 || y >= image.height || x < 0 || x >= image.width) return 0;
  return values[static_cast<std::size_t>((y * image.width + x) * image.channels + c)];
}

}  // namespace

TEST_CASE("shift moves every channel of every pixel and fills with 0") {
  const Shape image{.height = 4, .width = 5, .channels = 2};
  const std::vector<float> before = numbered(image);
  for (Index right = -6; right <= 6; ++right) {
    for (Index down = -5; down <= 5; ++down) {
      std::vector<float> after = before;
      shift(after, image, right, down);
      for (Index y = 0; y < image.height; ++y) {
        for (Index x = 0; x < image.width; ++x) {
          for (Index c = 0; c < image.channels; ++c) {
            CAPTURE(right);
            CAPTURE(down);
            REQUIRE(at(after, image, y, x, c) == at(before, image, y - down, x - right, c));
          }
        }
      }
    }
  }
}

TEST_CASE("shift refuses values that are not the image's") {
  std::vector<float> values(9);
  CHECK_THROWS_WITH_AS(shift(values, {.height = 2, .width = 4}, 1, 0), "shift: an image of 2x4x1 has 8 values, got 9",
                       ShapeError);
}

TEST_CASE("random_shift takes every offset within its reach, and none beyond") {
  const Shape image{.height = 9, .width = 9};
  const Augmentation augment = random_shift(2);
  std::set<std::pair<Index, Index>> offsets;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    std::vector<float> values(81, 0.0F);
    values[4 * 9 + 4] = 1;
    Rng rng(seed);
    augment(values, image, rng);
    const auto dot = std::find(values.begin(), values.end(), 1.0F) - values.begin();
    REQUIRE(dot < 81);
    offsets.emplace(dot % 9 - 4, dot / 9 - 4);
  }
  CHECK(offsets.size() == 25);
  for (const auto& [right, down] : offsets) CHECK(std::max(std::abs(right), std::abs(down)) <= 2);
}

TEST_CASE("random_shift depends on the generator alone") {
  const Shape image{.height = 6, .width = 6};
  std::vector<float> first = numbered(image);
  std::vector<float> second = first;
  Rng one(7);
  Rng same(7);
  random_shift(2)(first, image, one);
  random_shift(2)(second, image, same);
  CHECK(first == second);
}

TEST_CASE("random_shift without reach changes nothing, and a negative reach is refused") {
  const Shape image{.height = 3, .width = 3};
  std::vector<float> values = numbered(image);
  Rng rng(1);
  random_shift(0)(values, image, rng);
  CHECK(values == numbered(image));
  CHECK_THROWS_AS(random_shift(-1), ValueError);
}

TEST_CASE("an augmentation refuses other values than those of the image") {
  const Shape image{.height = 4, .width = 4, .channels = 1};
  Rng rng(1);
  for (const Augmentation& augmentation :
       {random_shift(1), random_pen({.thicken = 1, .thin = 1, .blur = 1}), random_distortion({.rotation = 5}),
        random_found_ink({}, 1, std::nullopt, [](const Pixels&, std::span<float>) { return true; })}) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{15}, std::size_t{17}}) {
      std::vector<float> values(count, 0.5F);
      CHECK_THROWS_AS(for (int i = 0; i < 20; ++i) augmentation(values, image, rng), ShapeError);
    }
    std::vector<float> values(16, 0.5F);
    CHECK_THROWS_AS(for (int i = 0; i < 20; ++i) augmentation(values, Shape{-4, -4, 1}, rng), ShapeError);
  }
  std::vector<float> values(16, 1.0F);
  shift(values, image, std::numeric_limits<Index>::min() + 1, std::numeric_limits<Index>::max());
  CHECK(values == std::vector<float>(16, 0.0F));
}
