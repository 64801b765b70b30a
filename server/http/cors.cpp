#include "http/cors.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "http/header_text.hpp"

namespace inkling::server {
namespace {

/// An origin as browsers write it (RFC 6454, section 6.2): in small letters, without the port that its scheme has by
/// itself. People copy it from an address bar, with a slash at its end. "null" is what a page from a file says. Throws
/// ValueError for anything else.
std::string normalised(std::string origin) {
  const std::string given = origin;
  std::transform(origin.begin(), origin.end(), origin.begin(), to_lower);
  if (origin == "null") return origin;
  if (origin.ends_with('/')) origin.pop_back();
  const std::size_t scheme = origin.find("://");
  const bool has_host = scheme != 0 && scheme != std::string::npos && scheme + 3 < origin.size();
  const bool is_text =
      std::all_of(origin.begin(), origin.end(), [](char c) { return c > ' ' && c < 0x7f && c != '*'; });
  if (!has_host || !is_text || origin.find_first_of("/?#@", scheme + 3) != std::string::npos) {
    throw ValueError("expected an origin such as https://example.org, or null for pages from files, got " + given);
  }
  for (const auto& [name, port] : {std::pair("http://", ":80"), std::pair("https://", ":443")}) {
    if (origin.starts_with(name) && origin.ends_with(port)) origin.resize(origin.size() - std::strlen(port));
  }
  return origin;
}

Response preflight() {
  return {.status = 200,
          .headers = {{"Access-Control-Allow-Methods", "GET, HEAD, POST"},
                      {"Access-Control-Allow-Headers",
                       "Content-Type, Authorization, X-API-Key, traceparent, Inference-Header-Content-Length"},
                      {"Access-Control-Max-Age", "600"}},
          .route = "preflight"};
}

}  // namespace

Handler allow_origins(std::vector<std::string> origins, Handler handler) {
  for (std::string& origin : origins) origin = normalised(origin);
  if (origins.empty()) return handler;
  return [origins = std::move(origins), handler = std::move(handler)](const Request& request) {
    const bool allowed = std::find(origins.begin(), origins.end(), request.origin) != origins.end();
    const bool asks_first = request.method == "OPTIONS" && !request.requested_method.empty();
    Response response = allowed && asks_first ? preflight() : handler(request);
    response.headers.emplace_back("Vary", "Origin");
    if (allowed) {
      response.headers.emplace_back("Access-Control-Allow-Origin", request.origin);
      response.headers.emplace_back("Access-Control-Expose-Headers",
                                    "X-Request-Id, Retry-After, traceresponse, Inference-Header-Content-Length");
    }
    return response;
  };
}

}  // namespace inkling::server
