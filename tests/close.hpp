#pragma once

#include <cmath>

namespace inkling::test {

inline bool close(double a, double b, double tolerance = 1e-12) {
  return std::abs(a - b) <= tolerance;
}

}  // namespace inkling::test
