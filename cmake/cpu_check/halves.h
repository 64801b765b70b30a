#pragma once

namespace inkling::cpu_check {

using Initialiser = void (*)(int, char**, char**);

/// A program as it was compiled for one level of INKLING_ARCH.
struct Half {
  const char* level;
  const unsigned* required_features;
  const Initialiser* first_initialiser;  // of its static objects; null where it has none
  const Initialiser* end_of_initialisers;
  int (*main)(int, char**);
};

/// In the order of INKLING_ARCH, the best last, and then one of nulls. Dispatch.cmake writes them.
extern const Half halves[];

}  // namespace inkling::cpu_check
