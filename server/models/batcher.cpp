#include "models/batcher.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace inkling::server {

struct Batcher::Job {
  const Pixels& image;
  Recognition result = {};
  std::exception_ptr error = {};
  bool taken = false;
  bool done = false;
};

Batcher::Batcher(const Classifier& classifier, BatcherOptions options)
    : classifier_(classifier), options_(std::move(options)) {}

Recognition Batcher::recognise(const Pixels& image) {
  require<ShapeError>(image.rows() == classifier_.input_shape().size() && image.cols() == 1,
                      "Batcher: expected one image of the model's size");
  Job job{.image = image};
  std::unique_lock lock(mutex_);
  waiting_.push_back(&job);
  while (!job.done) {
    if (!job.taken && leading_ < options_.calls) {
      lead(lock);
    } else {
      changed_.wait(lock);
    }
  }
  lock.unlock();
  if (job.error) std::rethrow_exception(job.error);
  return std::move(job.result);
}

std::size_t Batcher::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

/// Takes the images that have waited longest, and answers them.
void Batcher::lead(std::unique_lock<std::mutex>& lock) {
  const auto size = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), options_.largest));
  const std::vector<Job*> batch(waiting_.begin(), waiting_.begin() + size);
  waiting_.erase(waiting_.begin(), waiting_.begin() + size);
  for (Job* job : batch) job->taken = true;
  ++leading_;
  lock.unlock();
  run(batch);
  lock.lock();
  --leading_;
  for (Job* job : batch) job->done = true;
  if (batch.size() > 1 || !waiting_.empty()) changed_.notify_all();
}

void Batcher::run(const std::vector<Job*>& batch) const {
  try {
    const auto begin = std::chrono::steady_clock::now();
    Pixels images(classifier_.input_shape().size(), static_cast<Index>(batch.size()));
    for (std::size_t i = 0; i < batch.size(); ++i) images.col(static_cast<Index>(i)) = batch[i]->image;
    const Recognition seen = classifier_.recognise(images, /*threads=*/1);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto column = static_cast<Index>(i);
      batch[i]->result.probabilities = seen.probabilities.col(column);
      if (seen.evidence) batch[i]->result.evidence = seen.evidence->segment(column, 1);
    }
    if (options_.observer) options_.observer({batch.size(), std::chrono::steady_clock::now() - begin});
  } catch (...) {
    for (Job* job : batch) job->error = std::current_exception();
  }
}

}  // namespace inkling::server
