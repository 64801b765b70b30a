#if defined(__x86_64__)

#include "cpu_features.h"

#include <cstring>
#include <unistd.h>

namespace inkling::cpu_check {
namespace {

struct Row {
  Feature feature;
  const char* name;
  bool present;
};

struct Table {
  Row rows[11];
};

Table table() {
  __builtin_cpu_init();
  return {{
      {sse4_2, "SSE4.2", __builtin_cpu_supports("sse4.2") != 0},
      {avx, "AVX", __builtin_cpu_supports("avx") != 0},
      {avx2, "AVX2", __builtin_cpu_supports("avx2") != 0},
      {fma, "FMA", __builtin_cpu_supports("fma") != 0},
      {bmi2, "BMI2", __builtin_cpu_supports("bmi2") != 0},
      {avx512f, "AVX512F", __builtin_cpu_supports("avx512f") != 0},
      {avx512bw, "AVX512BW", __builtin_cpu_supports("avx512bw") != 0},
      {avx512dq, "AVX512DQ", __builtin_cpu_supports("avx512dq") != 0},
      {avx512vl, "AVX512VL", __builtin_cpu_supports("avx512vl") != 0},
      {avx512cd, "AVX512CD", __builtin_cpu_supports("avx512cd") != 0},
      {avx512vnni, "AVX512_VNNI", __builtin_cpu_supports("avx512vnni") != 0},
  }};
}

}  // namespace

unsigned missing(unsigned required) {
  const Table known = table();
  for (const Row& row : known.rows) {
    if (row.present) required &= ~row.feature;
  }
  return required;
}

void say(const char* text) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, std::strlen(text));
}

void refuse(const char* why, unsigned missing_features) {
  say("inkling: ");
  say(why);
  say("; this one lacks");
  const Table known = table();
  for (const Row& row : known.rows) {
    if ((missing_features & row.feature) == 0) continue;
    say(" ");
    say(row.name);
  }
  say(". Build it for this one, or with -D INKLING_ARCH=x86-64-v2 for any of the last fifteen years.\n");
  _exit(1);
}

}  // namespace inkling::cpu_check

#endif
