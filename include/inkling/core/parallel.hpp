#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <memory>
#include <type_traits>

/// The one level of parallelism. Only its bodies, parallel.ipp, name OpenMP; without OpenMP the same work runs on
/// std::thread.
namespace inkling::inline INKLING_ABI {

/// More threads than this are refused: OpenMP ends the program when it gets no more of them.
inline constexpr int most_threads = 1024;

/// The number of threads that `requested` stands for: 0 means every core this process may use.
/// Throws ValueError unless 0 <= requested <= most_threads.
int thread_count(int requested);

namespace detail {

/// A body by reference, so that the machinery of threads and exceptions is compiled once and not for every loop.
struct LoopBody {
  void* body;
  void (*call)(void* body, Index index, int worker);
};

void run_parallel(Index count, int threads, LoopBody body);

}  // namespace detail

/// Calls `body(index, worker)` once for each index in [0, count), on at most `threads` threads (0: all cores).
///
/// `worker` is in [0, thread_count(threads)) and no two calls with the same worker overlap, so it may select a
/// workspace. Indices are handed out in order to whichever worker is free: a result must depend on `index` alone.
/// Inside another parallel_for the calls run one after another with worker 0. Every index is visited even when one
/// throws; then the exception of the lowest index is rethrown.
template <typename Body>
void parallel_for(Index count, int threads, Body&& body) {
  using Loop = std::remove_reference_t<Body>;
  auto* const loop = const_cast<std::remove_const_t<Loop>*>(std::addressof(body));
  detail::run_parallel(count, threads,
                       {loop, [](void* to, Index index, int worker) { (*static_cast<Loop*>(to))(index, worker); }});
}

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/core/parallel.ipp>
#endif
