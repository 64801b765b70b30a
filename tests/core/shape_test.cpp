#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>

#include <doctest/doctest.h>

#include <sstream>

using inkling::Shape;

TEST_CASE("Shape counts its values") {
  const Shape shape{.height = 3, .width = 4, .channels = 5};
  CHECK(shape.pixels() == 12);
  CHECK(shape.size() == 60);
  CHECK(Shape{}.size() == 1);
  CHECK(Shape{.channels = 100}.size() == 100);
}

TEST_CASE("Shape compares and prints") {
  const Shape shape{.height = 28, .width = 20, .channels = 1};
  CHECK(shape == Shape{28, 20, 1});
  CHECK(shape != Shape{20, 28, 1});
  CHECK(to_string(shape) == "28x20x1");
  std::ostringstream out;
  out << shape;
  CHECK(out.str() == "28x20x1");
}

TEST_CASE("a shape with a side of 0 or less, or with more values than can be, is refused") {
  CHECK_NOTHROW(Shape{28, 28, 3}.check("Test"));
  CHECK_THROWS_WITH_AS((Shape{-2, -3, 1}.check("Test")), doctest::Contains("Test: expected a shape"),
                       inkling::ShapeError);
  CHECK_THROWS_AS((Shape{0, 3, 1}.check("Test")), inkling::ShapeError);
  const inkling::Index large = inkling::Index{1} << 32;
  CHECK_THROWS_AS((Shape{large, large, 1}.check("Test")), inkling::ShapeError);
  CHECK_THROWS_AS((Shape{large, 1 << 8, 2}.check("Test")), inkling::ShapeError);
}
