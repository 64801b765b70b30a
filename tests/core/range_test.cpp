#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>

using namespace inkling;

namespace {

template <typename Number>
std::string refusal(Number value, const Range& range) {
  try {
    in_range("Thing::size", value, range);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a number in its range passes, ends included unless they are not") {
  for (const double value : {0.0, 0.5, 1.0}) CHECK(refusal(value, {0, 1}).empty());
  CHECK(refusal(0.5, {.low = 0, .high = 1, .above_low = true, .below_high = true}).empty());
  CHECK(refusal(std::numeric_limits<std::size_t>::max(), {}).empty());
  CHECK(refusal(no_limit, {}).empty());
}

TEST_CASE("the refusal names the field, the range and what came") {
  CHECK(refusal(2, {0, 1}) == "Thing::size: expected a number from 0 to 1, got 2");
  CHECK(refusal(-1L, {}) == "Thing::size: expected a number of at least 0, got -1");
  CHECK(refusal(0, {.low = 0, .above_low = true}) == "Thing::size: expected a number above 0, got 0");
  CHECK(refusal(1.0F, {.low = 0, .high = 1, .below_high = true}) ==
        "Thing::size: expected a number from 0 to below 1, got 1");
  CHECK(refusal(0.0, {.low = 0, .high = 0.5, .above_low = true}) ==
        "Thing::size: expected a number above 0 to 0.5, got 0");
}

TEST_CASE("no range holds NaN or infinity") {
  for (const Range& range : {Range{}, Range{-no_limit, no_limit}}) {
    CHECK_FALSE(refusal(std::numeric_limits<double>::quiet_NaN(), range).empty());
    CHECK_FALSE(refusal(std::numeric_limits<float>::infinity(), range).empty());
    CHECK_FALSE(refusal(-std::numeric_limits<double>::infinity(), range).empty());
  }
}
