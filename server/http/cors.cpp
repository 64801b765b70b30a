#include "http/cors.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

#include "http/problem.hpp"

namespace inkling::server {
namespace {

/// scheme://host[:port], and nothing after it.
bool is_origin(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == 0 || scheme == std::string_view::npos || scheme + 3 == text.size()) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != '*'; }) &&
         text.find_first_of("/?#", scheme + 3) == std::string_view::npos;
}

Response preflight() {
  return {.status = 200,
          .headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST"},
                      {"Access-Control-Allow-Headers", "Content-Type"},
                      {"Access-Control-Max-Age", "600"}},
          .route = "preflight"};
}

}  // namespace

Handler allow_origins(std::vector<std::string> origins, Handler handler) {
  for (const std::string& origin : origins) {
    if (!is_origin(origin)) throw ValueError("expected an origin such as https://example.org, got " + origin);
  }
  if (origins.empty()) return handler;
  return [origins = std::move(origins), handler = std::move(handler)](const Request& request) {
    const bool allowed = std::find(origins.begin(), origins.end(), request.origin) != origins.end();
    const bool asks_first = request.method == "OPTIONS" && !request.requested_method.empty();
    Response response = allowed && asks_first ? preflight() : handler(request);
    response.headers.emplace_back("Vary", "Origin");
    if (allowed) {
      response.headers.emplace_back("Access-Control-Allow-Origin", request.origin);
      response.headers.emplace_back("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
    }
    return response;
  };
}

}  // namespace inkling::server
