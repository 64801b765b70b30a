#include "operations/cpu_budget.hpp"

#include <doctest/doctest.h>

#include <optional>

using namespace inkling::server;

TEST_CASE("cpu.max is quota over period") {
  CHECK(parse_cpu_max("150000 100000") == 1.5);
  for (const char* text : {"", "max 100000", "100000", "0 100000", "100000 0", "-1 100000", "a b", "1 2 3"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cpu_max(text));
  }
}

TEST_CASE("the least of cores, quota and plan counts, rounded up") {
  CHECK(cpu_budget(8, {}, {}) == 8);
  CHECK(cpu_budget(8, 1.5, {}) == 2);
  CHECK(cpu_budget(8, 4.0, 0.5) == 1);
  CHECK(cpu_budget(2, 16.0, 4.0) == 2);
  CHECK(cpu_budget(1, 0.1, 0.1) == 1);
  CHECK(cpu_budget() >= 1);
}
