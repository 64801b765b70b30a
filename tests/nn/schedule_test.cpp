#include <inkling/nn/training/schedule.hpp>

#include <doctest/doctest.h>

#include "close.hpp"

using namespace inkling::nn;
using inkling::test::close;

TEST_CASE("a constant schedule stays at the full rate") {
  for (const double progress : {0.0, 0.3, 1.0}) CHECK(constant()(progress) == 1);
}

TEST_CASE("one cycle starts low, peaks, and ends lower") {
  const Schedule schedule = one_cycle({.peak_at = 0.25, .start = 0.04, .end = 1e-3});
  CHECK(close(schedule(0), 0.04));
  CHECK(close(schedule(0.125), (1 + 0.04) / 2));  // half of the way up
  CHECK(close(schedule(0.25), 1));
  CHECK(close(schedule(0.625), (1 + 1e-3) / 2));  // half of the way down
  CHECK(close(schedule(1), 1e-3));
  for (int i = 0; i < 100; ++i) {
    const double here = schedule(i / 100.0);
    const double next = schedule((i + 1) / 100.0);
    CHECK((i < 25 ? next > here : next < here));
  }
}

TEST_CASE("one cycle may rise all the way") {
  const Schedule schedule = one_cycle({.peak_at = 1, .start = 0.5});
  CHECK(close(schedule(0), 0.5));
  CHECK(close(schedule(1), 1));
}

TEST_CASE("cosine falls from the full rate") {
  CHECK(close(cosine()(0), 1));
  CHECK(close(cosine()(1.0 / 3), 0.75));  // (1 + cos 60 degrees) / 2
  CHECK(close(cosine()(1), 0));
  CHECK(close(cosine({.end = 0.2})(1), 0.2));
}

TEST_CASE("cosine may warm up first") {
  const Schedule schedule = cosine({.warm_up = 0.1, .end = 0.2});
  CHECK(close(schedule(0), 0));
  CHECK(close(schedule(0.05), 0.5));
  CHECK(close(schedule(0.1), 1));
  CHECK(close(schedule(0.55), 0.6));  // half of the way down
  CHECK(close(schedule(1), 0.2));
}
