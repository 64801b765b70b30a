#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "http/http.hpp"

namespace inkling::server {

/// The keys that clients may show.
class ApiKeys {
 public:
  /// A key a line; empty lines and those that begin with # are none. Throws ValueError that names the line of a key
  /// with fewer than 16 characters or one that no header can hold, and for a text without keys; never repeats a key.
  static ApiKeys parse(std::string_view text);

  /// In a time that depends on the length of what is shown, and on no key.
  bool has(std::string_view shown) const noexcept;

 private:
  std::vector<std::string> keys_;
};

/// Stands before a handler, and lets through who shows a key: "Authorization: Bearer KEY" or "X-API-Key: KEY".
/// May be called from many threads at once.
class KeyGuard {
 public:
  /// `is_open`: what anybody may ask.
  KeyGuard(ApiKeys keys, std::function<bool(const Request&)> is_open);

  /// From now on, these are the keys.
  void replace(ApiKeys keys);

  /// Throws Problem 401 for who shows no key, or a wrong one.
  Response answer(const Request& request, const Handler& handler) const;

 private:
  std::function<bool(const Request&)> is_open_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ApiKeys> keys_;  // guarded by mutex_
};

}  // namespace inkling::server
