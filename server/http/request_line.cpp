#include "http/request_line.hpp"

#include <algorithm>
#include <charconv>

#include "http/header_text.hpp"
#include "http/problem.hpp"

namespace inkling::server {
namespace {

constexpr std::size_t method_limit = 16;
constexpr std::size_t target_limit = 8 * 1024;

/// Throws Problem 400 when an escape is broken or hides a control character.
void check_escapes(std::string_view text) {
  for (std::size_t i = text.find('%'); i != std::string_view::npos; i = text.find('%', i + 3)) {
    unsigned char value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || end != digits.data() + 2 || value < 0x20 || value == 0x7f) {
      throw Problem(400, "The address has a broken escape, or one of a control character.");
    }
  }
}

/// "http://host/path" is the form that proxies are sent; a server must take it as "/path".
std::string without_authority(std::string_view target) {
  const std::size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return std::string(target);
  const std::string_view rest = target.substr(std::min(target.find_first_of("/?", scheme + 3), target.size()));
  return rest.starts_with('/') ? std::string(rest) : '/' + std::string(rest);
}

}  // namespace

RequestLine check_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) throw Problem(400, "The request line cannot be read.");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);

  if (method.empty() || !std::all_of(method.begin(), method.end(), is_token_char)) {
    throw Problem(400, "The request's method cannot be read.");
  }
  if (method.size() > method_limit) throw Problem(501, "The request's method is not known.");
  if (target.size() > target_limit) throw Problem(414, "The address is longer than 8192 bytes.");
  if (target.empty() || !std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; })) {
    throw Problem(400, "The address has a character that must be escaped.");
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool other = version.starts_with("HTTP/");
    throw Problem(other ? 505 : 400, other ? "The server speaks HTTP/1.1." : "The request line cannot be read.");
  }
  check_escapes(target.substr(0, target.find('?')));
  return {.text = std::string(method) + ' ' + without_authority(target) + ' ' + std::string(version),
          .http_1_0 = version == "HTTP/1.0"};
}

}  // namespace inkling::server
