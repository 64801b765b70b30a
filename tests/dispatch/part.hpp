#pragma once

#include <stdexcept>
#include <vector>

struct PartError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Of both halves: the linker must not take that of one for the other. Uses the widest registers that there are.
[[gnu::noinline]] inline float twice_the_sum(const std::vector<float>& values) {
#ifdef __AVX512F__
  using Register [[gnu::vector_size(64)]] = float;
#else
  using Register [[gnu::vector_size(32)]] = float;
#endif
  Register sums{};
  for (const float value : values) sums += value + Register{};
  return sums[0] + sums[7];
}

inline int& calls() {
  static int count = 0;
  return count;
}

float made_before_main();  // by an initialiser
[[noreturn]] void fail();
