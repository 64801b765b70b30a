#pragma once

#include <inkling/model/classifier.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

namespace inkling::server {

/// What one call of a model took, and for how many images.
struct Batch {
  std::size_t size = 0;
  std::chrono::duration<double> time{};
};

struct BatcherOptions {
  int calls = 2;                                    // of the model at the same time
  std::size_t largest = 32;                         // images in one call
  std::function<void(const Batch&)> observer = {};  // called by any thread; must not throw
};

/// Gathers images that wait for the same model into one call of it. Nobody waits for company: the first to come calls
/// the model at once, and what comes in the meantime is the next batch, which one of those who wait takes on.
class Batcher {
 public:
  /// The classifier must outlive the batcher.
  Batcher(const Classifier& classifier, BatcherOptions options);
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;
  ~Batcher() = default;

  /// image: pixels x 1. Result: of the one image. May be called from many threads at once. Throws what the model
  /// throws, for every image of the batch.
  Recognition recognise(const Pixels& image);

  /// Images that wait for a call.
  std::size_t waiting() const;

 private:
  struct Job;

  void lead(std::unique_lock<std::mutex>& lock);
  void run(const std::vector<Job*>& batch) const;

  const Classifier& classifier_;
  const BatcherOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job*> waiting_;  // guarded by mutex_, like what follows
  int leading_ = 0;
};

}  // namespace inkling::server
