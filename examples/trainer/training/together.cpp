#include "training/together.hpp"

#include <inkling/core/error.hpp>

#include <CLI/Error.hpp>
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <memory>
#include <thread>

#include "training/interrupt.hpp"
#include "training/ranks.hpp"

void run_together(const std::function<void(inkling::Collective& ranks)>& work) {
  std::unique_ptr<inkling::Collective> ranks = join_ranks();
  const int rank = ranks->rank();
  try {
    work(*ranks);
  } catch (const Interrupted&) {
    ranks.reset();  // all ranks come here
    if (rank == 0) throw;
    throw CLI::RuntimeError(Interrupted::status);
  } catch (const std::exception& error) {
    if (rank == 0) throw;
    std::this_thread::sleep_for(std::chrono::seconds(3));
    throw inkling::Error(fmt::format("rank {}: {}", rank, error.what()));
  }
}
