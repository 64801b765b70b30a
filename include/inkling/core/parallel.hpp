#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#ifdef _OPENMP
#include <omp.h>
#endif

/// The one level of parallelism: the only file that names OpenMP. Without OpenMP the same work runs on std::thread.
namespace inkling::inline INKLING_ABI {

/// The number of threads that `requested` stands for: 0 means every core this process may use.
inline int thread_count(int requested) noexcept {
  if (requested > 0) return requested;
#ifdef _OPENMP
  return std::max(1, omp_get_max_threads());
#else
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
#endif
}

namespace detail {

/// Keeps the exception of the lowest index, so that the same failure is reported whatever the number of threads.
class FirstError {
 public:
  void capture(Index index) noexcept {
    const std::lock_guard lock(mutex_);
    if (index < index_) {
      index_ = index;
      error_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  Index index_ = std::numeric_limits<Index>::max();
  std::exception_ptr error_;
};

#ifndef _OPENMP
/// One for every body, so that a parallel_for knows that it runs inside another.
inline thread_local bool inside_parallel_for = false;
#endif

}  // namespace detail

/// Calls `body(index, worker)` once for each index in [0, count), on at most `threads` threads (0: all cores).
///
/// `worker` is in [0, thread_count(threads)) and no two calls with the same worker overlap, so it may select a
/// workspace. Indices are handed out in order to whichever worker is free: a result must depend on `index` alone.
/// Inside another parallel_for the calls run one after another with worker 0. Every index is visited even when one
/// throws; then the exception of the lowest index is rethrown.
template <typename Body>
void parallel_for(Index count, int threads, Body&& body) {
  const int workers = static_cast<int>(std::min<Index>(count, thread_count(threads)));
  detail::FirstError error;
  const auto visit = [&](Index index, int worker) {
    try {
      body(index, worker);
    } catch (...) {
      error.capture(index);
    }
  };
#ifdef _OPENMP
  if (workers <= 1 || omp_in_parallel() != 0) {
    for (Index index = 0; index < count; ++index) visit(index, 0);
  } else {
#pragma omp parallel for schedule(dynamic, 1) num_threads(workers)
    for (Index index = 0; index < count; ++index) visit(index, omp_get_thread_num());
  }
#else
  if (workers <= 1 || detail::inside_parallel_for) {
    for (Index index = 0; index < count; ++index) visit(index, 0);
  } else {
    std::atomic<Index> next{0};
    std::vector<std::jthread> pool;
    pool.reserve(static_cast<std::size_t>(workers));
    for (int worker = 0; worker < workers; ++worker) {
      pool.emplace_back([&, worker] {
        detail::inside_parallel_for = true;
        for (Index index = next++; index < count; index = next++) visit(index, worker);
      });
    }
    pool.clear();  // joins
  }
#endif
  error.rethrow();
}

}  // namespace inkling::inline INKLING_ABI
