#include <inkling/data/dataset.hpp>
#include <inkling/data/fingerprint.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

using namespace inkling;

namespace {

/// Of 3 x 3 pixels, a word and a byte each.
Dataset data_of(Pixels pixels, std::vector<Label> labels) {
  return Dataset({3, 3, 1}, std::move(pixels), std::move(labels), {"a", "b", "c"});
}

Pixels some_pixels() {
  Pixels pixels(9, 3);
  for (Index i = 0; i < pixels.size(); ++i) pixels.data()[i] = static_cast<std::uint8_t>(7 * i + 1);
  return pixels;
}

}  // namespace

TEST_CASE("the fingerprint tells data apart by any pixel, label or order") {
  const Pixels pixels = some_pixels();
  std::set<std::uint64_t> found{fingerprint(data_of(pixels, {0, 1, 2}))};
  std::size_t changes = 0;
  const auto is_new = [&](const Dataset& data) {
    ++changes;
    return found.insert(fingerprint(data)).second;
  };
  for (Index i = 0; i < pixels.size(); ++i) {
    for (const int change : {1, 128, 255}) {
      CAPTURE(i);
      CAPTURE(change);
      Pixels other = pixels;
      other.data()[i] = static_cast<std::uint8_t>(other.data()[i] ^ change);
      CHECK(is_new(data_of(other, {0, 1, 2})));
    }
  }
  for (const std::vector<Label>& labels : std::vector<std::vector<Label>>{{1, 0, 2}, {0, 2, 1}, {2, 1, 0}, {0, 1, 1}}) {
    CHECK(is_new(data_of(pixels, labels)));
  }
  Pixels swapped = pixels;
  swapped.col(0) = pixels.col(2);
  swapped.col(2) = pixels.col(0);
  CHECK(is_new(data_of(swapped, {0, 1, 2})));
  CHECK(is_new(data_of(swapped, {2, 1, 0})));
  CHECK(is_new(data_of(pixels, {0, 1, 2}).take(2)));
  CHECK(is_new(data_of(pixels, {0, 1, 2}).take(0)));
  CHECK(found.size() == changes + 1);
}

TEST_CASE("equal data have one fingerprint") {
  CHECK(fingerprint(data_of(some_pixels(), {0, 1, 2})) == fingerprint(data_of(some_pixels(), {0, 1, 2})));
  Fingerprint once;
  once.add(std::uint64_t{3});
  Fingerprint of_bytes;
  const std::uint64_t three = 3;
  of_bytes.add(&three, sizeof three);
  CHECK(once.value() == of_bytes.value());
  CHECK(once.value() != Fingerprint().value());
}
