#include "http/cors.hpp"

#include <inkling/core/error.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <string>

using namespace inkling::server;

namespace {

Response plain(const Request& request) {
  return {.status = request.method == "OPTIONS" ? 405 : 200, .body = "x"};
}

std::optional<std::string> header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return std::nullopt;
}

const Request preflight{
    .method = "OPTIONS", .path = "/predict", .origin = "https://a.example", .requested_method = "POST"};

}  // namespace

TEST_CASE("without origins nothing is said") {
  const Handler handler = allow_origins({}, plain);
  CHECK(handler({.method = "GET", .path = "/", .origin = "https://a.example"}).headers.empty());
  CHECK(handler(preflight).status == 405);
}

TEST_CASE("only scripts of the listed origins may read an answer") {
  const Handler handler = allow_origins({"https://a.example", "http://localhost:3000"}, plain);
  const auto allowed = [&](const std::string& origin) {
    const Response response = handler({.method = "GET", .path = "/", .origin = origin});
    CHECK(response.body == "x");
    CHECK(header(response, "Vary") == "Origin");  // of every answer, or a cache would give one page's to another
    return header(response, "Access-Control-Allow-Origin");
  };
  CHECK(allowed("https://a.example") == "https://a.example");
  CHECK(allowed("http://localhost:3000") == "http://localhost:3000");
  for (const char* origin : {"", "null", "https://a.example.evil", "http://a.example", "https://A.example", "*"}) {
    CAPTURE(origin);
    CHECK_FALSE(allowed(origin));
  }
}

TEST_CASE("a browser that asks first is told what it may do") {
  const Handler handler = allow_origins({"https://a.example"}, plain);
  const Response response = handler(preflight);
  CHECK(response.status == 200);
  CHECK(header(response, "Access-Control-Allow-Origin") == "https://a.example");
  CHECK(header(response, "Access-Control-Allow-Methods") == "GET, HEAD, POST");
  CHECK_FALSE(header(response, "Access-Control-Allow-Credentials"));
  Request other = preflight;
  other.origin = "https://b.example";
  CHECK(handler(other).status == 405);
  CHECK_FALSE(header(handler(other), "Access-Control-Allow-Methods"));
}

TEST_CASE("what is no origin is refused at the start") {
  for (const char* text :
       {"", "*", "a.example", "https://", "https:///", "https://a.example//", "https://a.example/path",
        "https://*.example", "https://me@a.example", "https://a b", "https://a\r\nb"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(allow_origins({text}, plain), inkling::ValueError);
  }
}

TEST_CASE("an origin is what a browser makes of the address that it is copied from") {
  const auto allows = [](const std::string& listed, const std::string& origin) {
    const Response response = allow_origins({listed}, plain)({.method = "GET", .path = "/", .origin = origin});
    return header(response, "Access-Control-Allow-Origin") == origin;
  };
  CHECK(allows("https://a.example/", "https://a.example"));
  CHECK(allows("HTTPS://A.Example", "https://a.example"));
  CHECK(allows("https://a.example:443", "https://a.example"));
  CHECK(allows("http://a.example:80/", "http://a.example"));
  CHECK(allows("http://a.example:443", "http://a.example:443"));
  CHECK(allows("http://[::1]:80", "http://[::1]"));
  CHECK(allows("null", "null"));
  CHECK_FALSE(allows("null", "https://a.example"));
  CHECK_FALSE(allows("https://a.example:8443", "https://a.example"));
}
