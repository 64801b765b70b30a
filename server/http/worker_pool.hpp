#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace inkling::server {

/// Threads that run tasks in the order in which they came. The queue is bounded: a full one refuses, so that load shows
/// at the door and not as ever longer waiting. The destructor runs what is queued and joins.
class WorkerPool {
 public:
  WorkerPool(int threads, std::size_t queue_limit);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  ~WorkerPool();

  /// False when the queue is full. A task must not throw.
  bool try_submit(std::function<void()> task);

  /// Tasks that wait for a thread.
  std::size_t queued() const;

 private:
  void work();

  const std::size_t queue_limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;  // guarded by mutex_, like ending_
  bool ending_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace inkling::server
