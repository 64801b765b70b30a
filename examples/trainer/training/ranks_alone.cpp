#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/launched_processes.hpp>

#include <memory>
#include <string>

#include "training/ranks.hpp"

std::unique_ptr<inkling::Collective> join_ranks() {
  if (const int launched = inkling::launched_processes(); launched > 1) {
    throw inkling::Error("train: " + std::to_string(launched) +
                         " processes were started together, but this program was built without MPI (INKLING_MPI)");
  }
  return std::make_unique<inkling::Collective>();
}
