#include "http/worker_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <optional>

using inkling::server::WorkerPool;

TEST_CASE("a full queue refuses, and what is queued is done before the end") {
  std::atomic<int> done = 0;
  std::latch busy(1);
  std::latch go(1);
  std::optional<WorkerPool> pool(std::in_place, 1, 2);
  CHECK(pool->try_submit([&] {
    busy.count_down();
    go.wait();
    ++done;
  }));
  busy.wait();
  CHECK(pool->try_submit([&] { ++done; }));
  CHECK(pool->try_submit([&] { ++done; }));
  CHECK_FALSE(pool->try_submit([&] { ++done; }));
  CHECK(pool->queued() == 2);
  go.count_down();
  pool.reset();
  CHECK(done == 3);
}
