#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using inkling::Index;
using inkling::parallel_for;
using inkling::thread_count;

TEST_CASE("thread_count") {
  CHECK(thread_count(3) == 3);
  CHECK(thread_count(0) >= 1);
}

TEST_CASE("parallel_for visits every index once") {
  for (const int threads : {0, 1, 2, 3, 8}) {
    for (const Index count : {0, 1, 2, 7, 1000}) {
      CAPTURE(threads);
      CAPTURE(count);
      std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
      parallel_for(count, threads, [&](Index i, int) { ++visits[static_cast<std::size_t>(i)]; });
      for (const auto& visit : visits) REQUIRE(visit == 1);
    }
  }
}

TEST_CASE("parallel_for does nothing for a negative count") {
  int calls = 0;
  parallel_for(-1, 2, [&](Index, int) { ++calls; });
  CHECK(calls == 0);
}

TEST_CASE("parallel_for: workers are in range and do not overlap") {
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    std::vector<std::atomic<int>> running(static_cast<std::size_t>(threads));
    std::atomic<bool> overlapped = false;
    std::atomic<bool> out_of_range = false;
    parallel_for(200, threads, [&](Index, int worker) {
      if (worker < 0 || worker >= threads) {
        out_of_range = true;
        return;
      }
      auto& mine = running[static_cast<std::size_t>(worker)];
      if (++mine != 1) overlapped = true;
      std::this_thread::yield();
      --mine;
    });
    CHECK_FALSE(out_of_range);
    CHECK_FALSE(overlapped);
  }
}

TEST_CASE("parallel_for uses as many threads as asked for, even beyond the cores") {
  constexpr int threads = 4;
  std::atomic<int> arrived = 0;
  // Ends only when four calls run at the same time; gives up after a time that only a failure reaches.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  parallel_for(threads, threads, [&](Index, int) {
    ++arrived;
    while (arrived < threads && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  });
  CHECK(std::chrono::steady_clock::now() < deadline);
}

TEST_CASE("parallel_for rethrows the exception of the lowest index, after every index was visited") {
  for (const int threads : {1, 2, 3, 8}) {
    CAPTURE(threads);
    std::atomic<int> visits = 0;
    std::string caught;
    try {
      parallel_for(100, threads, [&](Index i, int) {
        ++visits;
        if (i % 10 == 7) throw std::runtime_error("index " + std::to_string(i));
      });
    } catch (const std::runtime_error& error) {
      caught = error.what();
    }
    CHECK(caught == "index 7");
    CHECK(visits == 100);
  }
}

TEST_CASE("parallel_for works again after an exception") {
  CHECK_THROWS_AS(parallel_for(4, 2, [](Index, int) { throw std::logic_error("once"); }), std::logic_error);
  std::atomic<int> visits = 0;
  parallel_for(4, 2, [&](Index, int) { ++visits; });
  CHECK(visits == 4);
}

TEST_CASE("parallel_for inside parallel_for runs in order on the same thread, as worker 0") {
  std::atomic<int> visits = 0;
  std::atomic<bool> wrong = false;
  parallel_for(4, 2, [&](Index, int) {
    const auto thread = std::this_thread::get_id();
    Index next = 0;
    parallel_for(50, 4, [&](Index i, int worker) {
      if (i != next++ || worker != 0 || std::this_thread::get_id() != thread) wrong = true;
      ++visits;
    });
  });
  CHECK(visits == 200);
  CHECK_FALSE(wrong);
}

TEST_CASE("an exception of a nested parallel_for reaches the outer caller") {
  const auto nested = [] {
    parallel_for(4, 2, [](Index outer, int) {
      parallel_for(4, 2, [&](Index inner, int) {
        if (outer >= 1 && inner >= 2) throw std::runtime_error(std::to_string(outer) + std::to_string(inner));
      });
    });
  };
  CHECK_THROWS_WITH(nested(), "12");
}

TEST_CASE("parallel_for gives the same sums with any number of threads when each index has its own place") {
  const auto sums = [](int threads) {
    std::vector<double> result(64);
    parallel_for(64, threads, [&](Index i, int) {
      double sum = 0;
      for (Index k = 1; k <= 100; ++k) sum += 1.0 / static_cast<double>(k + i);
      result[static_cast<std::size_t>(i)] = sum;
    });
    return result;
  };
  const auto expected = sums(1);
  for (const int threads : {2, 3, 8}) CHECK(sums(threads) == expected);
}

TEST_CASE("more threads than any machine has are refused, as OpenMP would end the program") {
  CHECK(thread_count(inkling::most_threads) == inkling::most_threads);
  for (const int threads : {-1, inkling::most_threads + 1, 20'000}) {
    CHECK_THROWS_WITH_AS(thread_count(threads), doctest::Contains("threads: expected a number from 0 to 1024"),
                         inkling::ValueError);
    CHECK_THROWS_AS(parallel_for(1, threads, [](Index, int) {}), inkling::ValueError);
  }
}
