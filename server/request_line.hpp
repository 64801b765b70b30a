#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inkling::server {

struct RequestLine {
  std::string method;
  std::string path;  // percent-decoded
  std::string query = {};
  bool http_1_0 = false;
};

/// Reads "GET /path?query HTTP/1.1", without its line end (RFC 9112, section 3). Throws Problem: 400 for anything else
/// or a path that does not decode to text, 414 for an address above 8 KiB, 501 for an overlong method, 505 for another
/// version.
RequestLine parse_request_line(std::string_view line);

/// The value of a query's first parameter `name`: "1" for "a=b&explain=1". Only values that need no decoding are of use
/// to any route, so none is decoded.
std::optional<std::string_view> query_parameter(std::string_view query, std::string_view name) noexcept;

}  // namespace inkling::server
