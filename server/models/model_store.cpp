#include "models/model_store.hpp"

#include <utility>

namespace inkling::server {

ModelStore::ModelStore(ModelSet models, RecogniserOptions options)
    : options_(std::move(options)), current_(std::make_shared<const Recogniser>(std::move(models), options_)) {}

std::shared_ptr<const Recogniser> ModelStore::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void ModelStore::replace(ModelSet models) {
  models = with_fallback(std::move(models), current()->models());
  auto next = std::make_shared<const Recogniser>(std::move(models), options_);
  const std::lock_guard lock(mutex_);
  current_.swap(next);
}

}  // namespace inkling::server
