#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/letter_case.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace inkling;

namespace {

constexpr Index side = 28;

/// A bar, slanted by so many columns; with a foot to the right it is an L.
Pixels character(Index slant, bool foot) {
  Pixels image = Pixels::Zero(side * side, 1);
  for (Index y = 4; y < 24; ++y) {
    const Index x = 10 + slant * (24 - y) / 20;
    image.col(0).segment(y * side + x, 3).setConstant(255);
  }
  for (Index x = 10; foot && x < 22; ++x) {
    for (Index y = 21; y < 24; ++y) image(y * side + x, 0) = 255;
  }
  return image;
}

}  // namespace

TEST_CASE("Where capitals are asked for, a bar is no L, however slanted, and an L with a foot is one") {
  const std::vector<std::string> names{"1", "I", "L", "T"};
  const Matrix seen = Matrix::Constant(4, 1, 0.25F);
  for (const Index slant : {0, 4, 9}) {
    CAPTURE(slant);
    const Matrix bar = with_letter_case(CharSet::parse("upper"), names, character(slant, false), seen);
    const Matrix angle = with_letter_case(CharSet::parse("upper"), names, character(slant, true), seen);
    CHECK(bar(2, 0) < 0.02F * seen(2, 0));
    CHECK(angle(2, 0) > 0.6F * seen(2, 0));
    const Matrix low = with_letter_case(CharSet::parse("lower"), names, character(slant, false), seen);
    CHECK(low(2, 0) == doctest::Approx(0.25F - bar(2, 0)));
    for (const Index other : {0, 1, 3}) CHECK(bar(other, 0) == seen(other, 0));
  }
}

TEST_CASE("Probabilities stay where both cases can stand, neither, or the model tells them apart") {
  const Matrix seen = Matrix::Constant(3, 1, 0.25F);
  const Pixels bar = character(0, false);
  for (const char* set : {"letters", "digits", "all"}) {
    CHECK(with_letter_case(CharSet::parse(set), {"1", "I", "L"}, bar, seen) == seen);
  }
  CHECK(with_letter_case(CharSet::parse("upper"), {"l", "I", "L"}, bar, seen) == seen);
  CHECK(with_letter_case(CharSet::parse("upper"), {"0", "1", "2"}, bar, seen) == seen);
  CHECK(with_letter_case(CharSet::parse("upper"), {"1", "I", "L"}, Pixels::Zero(side * side, 1), seen).allFinite());
  CHECK(with_letter_case(CharSet::parse("upper"), {"1", "I", "L"}, Pixels(side * side, 0), Matrix(3, 0)).cols() == 0);
}
