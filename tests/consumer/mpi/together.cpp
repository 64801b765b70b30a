#include <inkling/mpi.hpp>

#ifndef OMPI_SKIP_MPICXX
#error "expected the functions for C alone"
#endif

int main() {
  inkling::MpiRanks ranks;
  return ranks.size() == 1 && ranks.rank() == 0 && ranks.any(true) ? 0 : 1;
}
