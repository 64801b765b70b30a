#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include "training/ranks.hpp"

namespace {

/// As MpiRanks::launched_processes, of a program without MPI.
int launched_processes() {
  const auto number = [](const char* name) {
    const char* const text = std::getenv(name);
    return text == nullptr ? 0 : std::atoi(text);
  };
  for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    if (std::getenv(name) != nullptr) return std::max(1, number(name));
  }
  return std::getenv("PMIX_RANK") == nullptr ? 1 : std::max(1, number("SLURM_NTASKS"));
}

}  // namespace

std::unique_ptr<inkling::Collective> join_ranks() {
  if (const int launched = launched_processes(); launched > 1) {
    throw inkling::Error(std::to_string(launched) +
                         " processes were started together, but this program was built without MPI (INKLING_MPI)");
  }
  return std::make_unique<inkling::Collective>();
}
