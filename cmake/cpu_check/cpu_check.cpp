// Says clearly that a program was built for another CPU, where it would die of an illegal instruction. Compiled for the
// oldest CPU of the architecture, and run before anything that was not.

#if defined(__x86_64__)

#include <cstddef>
#include <cstring>
#include <unistd.h>

#include "cpu_features.h"

namespace inkling::cpu_check {
namespace {

void say(const char* text) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, std::strlen(text));
}

struct Row {
  Feature feature;
  const char* name;
  bool present;
};

[[gnu::constructor(101)]] void check() {  // 101: the earliest that a program may ask for
  __builtin_cpu_init();
  const Row rows[] = {
      {sse4_2, "SSE4.2", __builtin_cpu_supports("sse4.2") != 0},
      {avx, "AVX", __builtin_cpu_supports("avx") != 0},
      {avx2, "AVX2", __builtin_cpu_supports("avx2") != 0},
      {fma, "FMA", __builtin_cpu_supports("fma") != 0},
      {bmi2, "BMI2", __builtin_cpu_supports("bmi2") != 0},
      {avx512f, "AVX512F", __builtin_cpu_supports("avx512f") != 0},
      {avx512bw, "AVX512BW", __builtin_cpu_supports("avx512bw") != 0},
      {avx512dq, "AVX512DQ", __builtin_cpu_supports("avx512dq") != 0},
      {avx512vl, "AVX512VL", __builtin_cpu_supports("avx512vl") != 0},
  };
  bool missing = false;
  for (const Row& row : rows) {
    if ((required_features & row.feature) == 0 || row.present) continue;
    if (!missing) say("inkling: this program was built for another CPU; this one lacks");
    missing = true;
    say(" ");
    say(row.name);
  }
  if (!missing) return;
  say(". Build it for this one, or with -D INKLING_ARCH=x86-64-v2 for any of the last fifteen years.\n");
  _exit(1);
}

}  // namespace
}  // namespace inkling::cpu_check

#endif
