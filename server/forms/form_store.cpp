#include "forms/form_store.hpp"

#include <utility>

namespace inkling::server {

FormStore::FormStore(FormSet forms) : current_(std::make_shared<const FormSet>(std::move(forms))) {}

std::shared_ptr<const FormSet> FormStore::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void FormStore::replace(FormSet forms) {
  auto next = std::make_shared<const FormSet>(std::move(forms));
  const std::lock_guard lock(mutex_);
  current_.swap(next);
}

}  // namespace inkling::server
