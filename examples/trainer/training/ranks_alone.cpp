#include <inkling/core/error.hpp>

#include <cstdlib>
#include <memory>
#include <string>

#include "training/ranks.hpp"

std::unique_ptr<inkling::Collective> join_ranks() {
  for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    const char* const size = std::getenv(name);
    if (size == nullptr || std::atoi(size) <= 1) continue;
    throw inkling::Error("train: " + std::string(size) +
                         " processes were started together, but this program was built without MPI (INKLING_MPI)");
  }
  return std::make_unique<inkling::Collective>();
}
