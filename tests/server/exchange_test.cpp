#include "exchange.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <stdexcept>
#include <string>

using namespace inkling::server;

namespace {

Response echo(const Request& request) {
  return {.content_type = "text/plain",
          .body = request.method + ' ' + request.path + ' ' + request.content_type + ' ' + request.body};
}

std::string answer(const std::string& head, const Handler& handler = echo) {
  return exchange({.head = head, .body = "the body"}, handler);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("the handler gets the request and its answer is written") {
  const std::string text = answer("POST /a%20b?c=d HTTP/1.1\r\ncontent-type: x/y\r\n\r\n");
  CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(text, "Content-Length: 22\r\n"));
  CHECK(has(text, "Connection: close\r\n"));
  CHECK(body_of(text) == "POST /a b x/y the body");
}

TEST_CASE("every answer has the security headers and says how it may be cached") {
  const std::string bad = answer("nonsense\r\n\r\n");
  const std::string good = answer("GET / HTTP/1.1\r\n\r\n");
  const std::string cached = answer("GET / HTTP/1.1\r\n\r\n", [](const Request&) {
    return Response{.body = "x", .headers = {{"Cache-Control", "no-cache"}}};
  });
  for (const std::string& text : {bad, good, cached, refusal(Problem(413, "too large"))}) {
    CAPTURE(text);
    CHECK(has(text, "Content-Security-Policy: default-src 'none';"));
    CHECK(has(text, "X-Content-Type-Options: nosniff\r\n"));
    CHECK(has(text, "Referrer-Policy: no-referrer\r\n"));
    CHECK(has(text, "Connection: close\r\n"));
    CHECK(has(text, "Cache-Control: no-"));
  }
  CHECK(has(cached, "Cache-Control: no-cache\r\n"));
  CHECK_FALSE(has(cached, "no-store"));
  CHECK_FALSE(has(good, "unsafe-inline"));
}

TEST_CASE("what the parser refuses is a problem too") {
  for (const char* head : {"nonsense\r\n\r\n", "GET / HTTP/9\r\n\r\n", "BREW / HTTP/1.1\r\n\r\n", "GET /\r\n\r\n"}) {
    CAPTURE(head);
    const std::string text = answer(head);
    CHECK(text.starts_with("HTTP/1.1 400"));
    CHECK(has(text, "application/problem+json"));
  }
  CHECK(answer("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 414"));
}

TEST_CASE("a problem becomes problem details") {
  const std::string text = answer("GET / HTTP/1.1\r\n\r\n", [](const Request&) -> Response {
    throw Problem(405, "a \"quoted\" \x01 detail", {{"Allow", "POST"}});
  });
  CHECK(text.starts_with("HTTP/1.1 405"));
  CHECK(has(text, "Content-Type: application/problem+json\r\n"));
  CHECK(has(text, "Allow: POST\r\n"));
  const auto body = nlohmann::json::parse(body_of(text));
  CHECK(body["type"] == "about:blank");
  CHECK(body["title"] == "Method Not Allowed");
  CHECK(body["status"] == 405);
  CHECK(body["detail"] == "a \"quoted\" \x01 detail");
}

TEST_CASE("other exceptions keep their text") {
  const std::string text = answer("GET / HTTP/1.1\r\n\r\n",
                                  [](const Request&) -> Response { throw std::runtime_error("secret path /etc/x"); });
  CHECK(text.starts_with("HTTP/1.1 500"));
  CHECK_FALSE(has(text, "secret"));
}

TEST_CASE("the answer to HEAD has a length and no body") {
  const std::string text = answer("HEAD / HTTP/1.1\r\n\r\n");
  CHECK(has(text, "Content-Length: 16\r\n"));
  CHECK(body_of(text).empty());
}
