#pragma once

#include <inkling/core/config.hpp>

#include <algorithm>
#include <cstdlib>

namespace inkling::inline INKLING_ABI {

/// How many processes mpirun or srun has started this one among; 1 when it was started otherwise. Asks the environment
/// alone, so that a program without MPI can say that it cannot take part.
inline int launched_processes() {
  const auto number = [](const char* name) {
    const char* const text = std::getenv(name);
    return text == nullptr ? 0 : std::atoi(text);
  };
  for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    if (std::getenv(name) != nullptr) return std::max(1, number(name));
  }
  // Of srun with PMIx. Below mpirun, which sets one of those above, it is that of the whole job.
  return std::getenv("PMIX_RANK") == nullptr ? 1 : std::max(1, number("SLURM_NTASKS"));
}

}  // namespace inkling::inline INKLING_ABI
