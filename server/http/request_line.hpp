#pragma once

#include <string>
#include <string_view>

namespace inkling::server {

struct RequestLine {
  std::string text;  // with the address as a path: "GET /path?query HTTP/1.1"
  bool http_1_0 = false;
};

/// Accepts a request line, without its line end, that can be read in one way only (RFC 9112, section 3). Throws
/// Problem: 400 for anything else or a path that does not decode to text, 414 for an address above 8 KiB, 501 for an
/// overlong method, 505 for another version.
RequestLine check_request_line(std::string_view line);

}  // namespace inkling::server
