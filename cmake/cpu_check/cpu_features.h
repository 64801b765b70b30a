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
  avx512cd = 1U << 9U,
  avx512vnni = 1U << 10U,
};

/// Those of `required` that this CPU lacks, or whose registers the system does not save.
unsigned missing(unsigned required);

void say(const char* text);  // to stderr

/// Ends the program: "inkling: WHY; this one lacks AVX2 FMA. …"
[[noreturn]] void refuse(const char* why, unsigned missing_features);

}  // namespace inkling::cpu_check

/// What the compiler was allowed to use (required_features.cpp).
extern "C" const unsigned inkling_required_features;
