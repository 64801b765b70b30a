#pragma once

#include <nlohmann/json.hpp>

#include <cmath>

#include "http/http.hpp"

namespace inkling::server {

/// Members stay in the order in which they were put in.
using Json = nlohmann::ordered_json;

/// An answer of status 200. Text that is not UTF-8 is made so.
inline Response json_response(const Json& body) {
  return {.content_type = "application/json", .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

/// Rounded to `digits` after the point: more would be the noise of single precision, or of the clock.
inline double rounded(double value, int digits) {
  const double scale = std::pow(10, digits);
  return std::round(value * scale) / scale;
}

}  // namespace inkling::server
