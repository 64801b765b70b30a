#include <inkling/core/instruction_set.hpp>
#include <inkling/core/parallel.hpp>

#include <cstddef>
#include <iostream>
#include <string>
#include <vector>

#include "part.hpp"

namespace {

struct Farewell {
  ~Farewell() { std::cout << "destroyed\n"; }
};

#ifdef __AVX512VNNI__
constexpr const char* further = " and AVX512_VNNI";
#else
constexpr const char* further = "";
#endif

const Farewell farewell;
const float before = twice_the_sum({1.0F, 2.0F});

}  // namespace

/// Prints what it was compiled for, and what came of initialisers, arguments, exceptions and threads.
int main(int argc, char** argv) {
  std::vector<float> digits(1000);
  inkling::parallel_for(1000, 2, [&](inkling::Index i, int) { digits[static_cast<std::size_t>(i)] = float(i % 10); });
  std::string caught = "nothing";
  try {
    fail();
  } catch (const PartError& error) {
    caught = error.what();
  }
  std::cout << inkling::instruction_set << further << '\n'
            << before << ' ' << made_before_main() << ' ' << calls() << '\n'
            << twice_the_sum(digits) << ' ' << caught << ' ' << (argc > 1 ? argv[1] : "") << std::endl;
  return 7;
}
