#pragma once

#include <inkling/core/config.hpp>

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Objects that are dear to warm up (workspaces), each lent to one user at a time. It grows to as many as were ever in
/// use together. Thread-safe. A copy starts empty: what is in the pool says nothing about its owner.
template <typename T>
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) {}
  /// Drops what was warmed up for the owner as it was before.
  Pool& operator=(const Pool& other) {
    if (this == &other) return *this;
    const std::lock_guard lock(mutex_);
    free_.clear();
    return *this;
  }

  /// Gives its object back to the pool, which must outlive it.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<T> object) : pool_(&pool), object_(std::move(object)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (object_) pool_->put(std::move(object_));
    }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<T> object_;
  };

  /// An object that was used before, or a new one.
  Lease take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) {
      free_.reserve(++made_);  // so that put never allocates
      return {*this, std::make_unique<T>()};
    }
    std::unique_ptr<T> object = std::move(free_.back());
    free_.pop_back();
    return {*this, std::move(object)};
  }

 private:
  void put(std::unique_ptr<T> object) noexcept {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(object));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> free_;
  std::size_t made_ = 0;
};

}  // namespace inkling::inline INKLING_ABI
