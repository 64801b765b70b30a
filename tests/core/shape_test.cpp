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
