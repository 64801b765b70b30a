#pragma once

#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>

#include <algorithm>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>

#ifdef _OPENMP
#include <omp.h>
#else
#include <atomic>
#include <vector>
#endif

namespace inkling::inline INKLING_ABI {

INKLING_INLINE int thread_count(int requested) {
  in_range("threads", requested, {0, most_threads});
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
/// So that a parallel_for knows that it runs inside another.
inline bool& inside_parallel_for() noexcept {
  thread_local bool inside = false;
  return inside;
}
#endif

INKLING_INLINE void run_parallel(Index count, int threads, LoopBody body) {
  const int workers = static_cast<int>(std::min<Index>(count, thread_count(threads)));
  FirstError error;
  const auto visit = [&](Index index, int worker) {
    try {
      body.call(body.body, index, worker);
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
  if (workers <= 1 || inside_parallel_for()) {
    for (Index index = 0; index < count; ++index) visit(index, 0);
  } else {
    std::atomic<Index> next{0};
    std::vector<std::thread> pool;
    pool.reserve(static_cast<std::size_t>(workers));
    const auto work = [&](int worker) {
      inside_parallel_for() = true;
      for (Index index = next++; index < count; index = next++) visit(index, worker);
    };
    try {
      for (int worker = 0; worker < workers; ++worker) pool.emplace_back(work, worker);
    } catch (...) {  // no thread to be had: those that run do the work of all
      if (pool.empty()) error.capture(0);
    }
    for (std::thread& thread : pool) thread.join();
  }
#endif
  error.rethrow();
}

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI
