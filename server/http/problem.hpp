#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "http/http.hpp"

namespace inkling::server {

/// A request that is refused, thrown where that is found out. It is answered as problem details (RFC 9457), whose
/// `detail` tells the caller what to do; it holds nothing of the request and nothing of the machine.
struct Problem : std::runtime_error {
  Problem(int status_, const std::string& detail, Headers headers_ = {})
      : std::runtime_error(detail), status(status_), headers(std::move(headers_)) {}

  int status;
  Headers headers;
};

/// "Not Found" for 404, and so for each status that the server gives (RFC 9110, section 15).
std::string_view reason_phrase(int status) noexcept;

Response to_response(const Problem& problem);

}  // namespace inkling::server
