#include <inkling/core/rng.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <span>
#include <vector>

using inkling::derive_seed;
using inkling::Rng;

namespace {

std::vector<std::uint32_t> first_numbers(std::uint64_t seed) {
  Rng rng(seed);
  std::vector<std::uint32_t> numbers(6);
  std::generate(numbers.begin(), numbers.end(), [&] { return rng.next(); });
  return numbers;
}

}  // namespace

// The golden numbers come from a Python implementation of PCG32 written from the paper, which reproduces the output of
// the author's pcg32-demo (seed 42, sequence 54: a15c02b7 7b47f409 ba1d3330 83d2f293 bfa4784b cbed606e).
TEST_CASE("Rng gives PCG32's numbers") {
  CHECK(first_numbers(0) ==
        std::vector<std::uint32_t>{0x347e36a9, 0x26f7b671, 0x11b8d67c, 0x681095da, 0x13714df5, 0x7634ce67});
  CHECK(first_numbers(42) ==
        std::vector<std::uint32_t>{0xedf9de81, 0x278bf82b, 0x24bc76b4, 0xebd6c417, 0x9c40e0ee, 0x045b7326});
  CHECK(first_numbers(~std::uint64_t{0}) ==
        std::vector<std::uint32_t>{0x8008abef, 0x17bba462, 0xd7e59713, 0xdafb7268, 0x6bff90d8, 0x2a235505});
}

TEST_CASE("mix is SplitMix64") {
  CHECK(Rng::mix(0) == 0xE220A8397B1DCDAFULL);
  CHECK(Rng::mix(1) == 0x910A2DEC89025CC1ULL);
}

TEST_CASE("uniform uses the upper 24 bits") {
  Rng rng(42);
  for (const float expected : {0.9295939207077026F, 0.1544795036315918F, 0.1435006856918335F, 0.921245813369751F}) {
    CHECK(rng.uniform() == expected);
  }
}

TEST_CASE("uniform stays within its bounds and fills them evenly") {
  Rng rng(1);
  std::array<int, 10> bins{};
  for (int i = 0; i < 100000; ++i) {
    const float value = rng.uniform(-2, 3);
    REQUIRE(value >= -2);
    REQUIRE(value < 3);
    ++bins[static_cast<std::size_t>((value + 2) * 2)];
  }
  for (const int count : bins) CHECK(std::abs(count - 10000) < 400);  // over 4 standard deviations of 95
}

TEST_CASE("below follows Lemire's method, rejections included") {
  Rng small(7);
  for (const std::uint32_t expected : {7U, 7U, 7U, 2U, 4U, 5U, 1U, 8U, 6U, 8U, 4U, 8U})
    CHECK(small.below(10) == expected);
  Rng large(7);  // a quarter of the numbers is rejected
  for (const std::uint32_t expected : {2525726704U, 2452684697U, 2329324542U, 807260605U, 1306815610U, 1822061113U}) {
    CHECK(large.below(0xC0000001U) == expected);
  }
  CHECK(Rng(3).below(1) == 0);
}

TEST_CASE("normal is Box and Muller's") {
  Rng rng(42);
  for (const double expected : {1.3010856408370248, 0.48983625022763305, 1.3651418363196772, 0.8548489571416977}) {
    CHECK(std::abs(static_cast<double>(rng.normal()) - expected) < 1e-6);
  }
}

TEST_CASE("normal has mean 0 and variance 1") {
  Rng rng(5);
  constexpr int count = 100000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < count; ++i) {
    const auto value = static_cast<double>(rng.normal());
    REQUIRE(std::isfinite(value));
    sum += value;
    squares += value * value;
  }
  CHECK(std::abs(sum / count) < 0.015);
  CHECK(std::abs(squares / count - 1) < 0.02);
}

TEST_CASE("shuffle permutes as Fisher and Yates do") {
  std::vector<int> items(10);
  std::iota(items.begin(), items.end(), 0);
  Rng(3).shuffle(std::span(items));
  CHECK(items == std::vector<int>{5, 9, 8, 7, 4, 6, 0, 2, 3, 1});

  std::vector<int> none;
  Rng(3).shuffle(std::span(none));
  CHECK(none.empty());
}

TEST_CASE("derive_seed tells units of work apart") {
  CHECK(derive_seed(42, {1, 2}) == 0x2C6260CC45D06ACFULL);
  CHECK(derive_seed(42, {2, 1}) == 0x57486F602090E23AULL);

  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t epoch = 0; epoch < 10; ++epoch) {
      for (std::uint64_t sample = 0; sample < 100; ++sample) seeds.insert(derive_seed(seed, {epoch, sample}));
    }
  }
  CHECK(seeds.size() == 10000);
}
