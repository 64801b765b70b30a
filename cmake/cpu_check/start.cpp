// Where a program starts that holds its code for several levels of x86-64: it runs the best that this CPU can, or the
// one that INKLING_LEVEL names. Compiled for the oldest CPU. Nothing of a half has run before: the initialisers of its
// static objects are not among those that the system runs (initialisers.ld.in).

#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "cpu_features.h"
#include "halves.h"

namespace {

using namespace inkling::cpu_check;

const Half& named(const char* level) {
  for (const Half* half = halves; half->level != nullptr; ++half) {
    if (std::strcmp(half->level, level) != 0) continue;
    const unsigned lacks = missing(*half->required_features);
    if (lacks != 0) refuse("INKLING_LEVEL asks for another CPU", lacks);
    return *half;
  }
  say("inkling: INKLING_LEVEL: expected");
  for (const Half* half = halves; half->level != nullptr; ++half) {
    say(half == halves ? " " : " or ");
    say(half->level);
  }
  say(", got '");
  say(level);
  say("'\n");
  _exit(1);
}

const Half& best() {
  const Half* chosen = nullptr;
  for (const Half* half = halves; half->level != nullptr; ++half) {
    if (missing(*half->required_features) == 0) chosen = half;
  }
  if (chosen == nullptr) refuse("this program was built for another CPU", missing(*halves[0].required_features));
  return *chosen;
}

}  // namespace

int main(int argc, char** argv) {
  const char* level = std::getenv("INKLING_LEVEL");
  const Half& half = level != nullptr && *level != '\0' ? named(level) : best();
  for (const Initialiser* run = half.first_initialiser; run != half.end_of_initialisers; ++run) {
    (*run)(argc, argv, environ);
  }
  return half.main(argc, argv);
}
