#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <memory>
#include <utility>

namespace inkling::inline INKLING_ABI {

/// Owns an object of a derived class and copies it with the object: value semantics for a class hierarchy, so that its
/// holders keep the rule of zero. T needs `std::unique_ptr<T> clone() const`.
template <typename T>
class Polymorphic {  // NOLINT(cppcoreguidelines-special-member-functions): the assignment by value moves, too
 public:
  /// Throws ValueError for a null pointer.
  explicit Polymorphic(std::unique_ptr<T> object) : object_(std::move(object)) {
    require<ValueError>(object_ != nullptr, "expected an object, got a null pointer");
  }
  Polymorphic(const Polymorphic& other) : object_(other.object_ ? other.object_->clone() : nullptr) {}
  Polymorphic(Polymorphic&&) noexcept = default;
  Polymorphic& operator=(Polymorphic other) noexcept {
    object_ = std::move(other.object_);
    return *this;
  }
  ~Polymorphic() = default;

  T& operator*() noexcept { return *object_; }
  const T& operator*() const noexcept { return *object_; }
  T* operator->() noexcept { return object_.get(); }
  const T* operator->() const noexcept { return object_.get(); }

 private:
  std::unique_ptr<T> object_;  // empty only after a move
};

}  // namespace inkling::inline INKLING_ABI
