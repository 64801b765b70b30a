#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/http.hpp"

namespace inkling::server {

/// Members stay in the order in which they were put in.
using Json = nlohmann::ordered_json;

/// An answer of status 200. Text that is not UTF-8 is made so.
inline Response json_response(const Json& body) {
  return {.content_type = "application/json", .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

/// The text with what is not UTF-8 replaced.
inline std::string as_utf8(const std::string& text) {
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

/// Rounded to `digits` after the point: more would be the noise of single precision, or of the clock.
inline double rounded(double value, int digits) {
  const double scale = std::pow(10, digits);
  return std::round(value * scale) / scale;
}

struct JsonLimits {
  int depth = 8;                 // of lists and objects in one another
  std::size_t values = 100'000;  // all together, for each may cost ten times its text
  std::size_t names = 2'000;     // of members, all together
};

/// What a client sent. Throws Problem 400 for a text that is not JSON, beyond the limits, or has a name twice in one
/// object, for then two readers may see two values.
Json parse_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace inkling::server
