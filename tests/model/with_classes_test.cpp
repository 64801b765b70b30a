#include <inkling/core/error.hpp>
#include <inkling/model/with_classes.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace inkling;

TEST_CASE("labels are characters: a class that merges both cases takes either") {
  const Dataset samples({1, 1, 1}, Pixels::Zero(1, 4), {0, 1, 2, 3}, {"7", "c", "C", "a"});
  const Dataset with = with_classes(samples, {"7", "A", "C", "a"});
  CHECK(with.labels() == std::vector<Label>{0, 2, 2, 3});
  CHECK(with.class_names() == std::vector<std::string>{"7", "A", "C", "a"});
  CHECK_THROWS_WITH_AS(with_classes(samples, {"7", "8"}), "the label 'c' is none of the model's classes: 7 8",
                       ValueError);
}
