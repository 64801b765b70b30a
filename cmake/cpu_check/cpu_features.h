#pragma once

namespace inkling::cpu_check {

enum Feature : unsigned {
  sse4_2 = 1U << 0U,
  avx = 1U << 1U,
  avx2 = 1U << 2U,
  fma = 1U << 3U,
  bmi2 = 1U << 4U,
  avx512f = 1U << 5U,
  avx512bw = 1U << 6U,
  avx512dq = 1U << 7U,
  avx512vl = 1U << 8U,
};

extern const unsigned required_features;

}  // namespace inkling::cpu_check
