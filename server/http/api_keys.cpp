#include "http/api_keys.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

#include "http/header_text.hpp"
#include "http/problem.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t shortest = 16;  // what can be guessed is no key

/// As long as it takes to go through `shown`, wherever they differ.
bool equal(std::string_view key, std::string_view shown) noexcept {
  volatile unsigned difference = key.size() == shown.size() ? 0U : 1U;  // so that no loop ends early
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto a = static_cast<unsigned char>(key[i % key.size()]);
    const auto b = static_cast<unsigned char>(shown[i]);
    difference = difference | (a ^ b);
  }
  return difference == 0;
}

/// Empty when the request shows none.
std::string_view shown_key(const Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view authorization = request.authorization;
  if (!equal_ignoring_case(authorization.substr(0, scheme.size()), scheme)) return request.api_key;
  return trim(authorization.substr(scheme.size()));
}

}  // namespace

ApiKeys ApiKeys::parse(std::string_view text) {
  ApiKeys keys;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view key = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (key.ends_with('\r')) key.remove_suffix(1);
    key = trim(key);
    if (key.empty() || key.front() == '#') continue;
    const bool is_text = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 0x7f; });
    if (!is_text || key.size() < shortest) {
      throw ValueError("line " + std::to_string(line) + ": expected a key of at least " + std::to_string(shortest) +
                       " characters without blanks, got one " +
                       (is_text ? "of " + std::to_string(key.size()) : "with others"));
    }
    keys.keys_.emplace_back(key);
  }
  if (keys.keys_.empty()) throw ValueError("expected a key on each line, got none");
  return keys;
}

bool ApiKeys::has(std::string_view shown) const noexcept {
  unsigned found = 0;
  for (const std::string& key : keys_) found |= equal(key, shown) ? 1U : 0U;
  return found != 0;
}

KeyGuard::KeyGuard(ApiKeys keys, std::function<bool(const Request&)> is_open)
    : is_open_(std::move(is_open)), keys_(std::make_shared<const ApiKeys>(std::move(keys))) {}

void KeyGuard::replace(ApiKeys keys) {
  auto next = std::make_shared<const ApiKeys>(std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_.swap(next);
}

Response KeyGuard::answer(const Request& request, const Handler& handler) const {
  if (is_open_(request)) return handler(request);
  std::shared_ptr<const ApiKeys> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  const std::string_view shown = shown_key(request);
  if (keys->has(shown)) return handler(request);
  throw Problem(401, "This address needs an API key: send it as \"Authorization: Bearer KEY\" or \"X-API-Key: KEY\".",
                {{"WWW-Authenticate",
                  shown.empty() ? "Bearer realm=\"inkling\"" : "Bearer realm=\"inkling\", error=\"invalid_token\""}});
}

}  // namespace inkling::server
