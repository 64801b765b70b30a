// Says clearly that a program was built for another CPU, where it would die of an illegal instruction. Compiled for the
// oldest CPU of the architecture, and run before anything that was not.

#if defined(__x86_64__)

#include "cpu_features.h"

namespace inkling::cpu_check {
namespace {

[[gnu::constructor(101)]] void check() {  // 101: the earliest that a program may ask for
  const unsigned lacks = missing(inkling_required_features);
  if (lacks != 0) refuse("this program was built for another CPU", lacks);
}

}  // namespace
}  // namespace inkling::cpu_check

#endif
