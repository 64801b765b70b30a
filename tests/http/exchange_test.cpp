#include "http/exchange.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>

using namespace inkling::server;

namespace {

Response hello(const Request&) {
  return {.content_type = "text/plain", .body = "hello", .route = "/hello", .model = "cnn"};
}

std::string answer(const std::string& method, const Handler& handler = hello, const ExchangeOptions& options = {}) {
  return exchange({.head = method + " / HTTP/1.1\r\n\r\n", .body = "body"}, handler, options).bytes;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("an answer is written with its length, its type and what becomes of the connection") {
  const std::string text = answer("GET", hello, {.id = "17", .keep_alive = false});
  CHECK(text.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(has(text, "\r\nDate: "));
  CHECK(has(text, "Content-Length: 5\r\n"));
  CHECK(has(text, "Content-Type: text/plain\r\n"));
  CHECK(has(text, "Connection: close\r\n"));
  CHECK(has(text, "X-Request-Id: 17\r\n"));
  CHECK(body_of(text) == "hello");
  CHECK(has(answer("GET", hello, {.keep_alive = true, .idle_time = std::chrono::seconds(7)}),
            "Keep-Alive: timeout=7\r\n"));
}

TEST_CASE("what the log needs comes along") {
  const AnswerRecord record = exchange({.head = "GET /x HTTP/1.1\r\n\r\n", .body = "1234"}, hello, {.id = "17"}).record;
  CHECK(record.id == "17");
  CHECK(record.method == "GET");
  CHECK(record.route == "/hello");
  CHECK(record.model == "cnn");
  CHECK(record.status == 200);
  CHECK(record.request_bytes == 4);
  CHECK(record.response_bytes > 100);
  CHECK(refuse(Problem(413, "too large"), "18").record.status == 413);
}

TEST_CASE("every answer has the security headers and says how it may be cached") {
  const std::string cached = answer("GET", [](const Request&) {
    return Response{.body = "x", .headers = {{"Cache-Control", "no-cache"}}};
  });
  for (const std::string& text : {answer("GET"), cached, refuse(Problem(413, "too large"), "1").bytes}) {
    CAPTURE(text);
    CHECK(has(text, "Content-Security-Policy: default-src 'none';"));
    CHECK(has(text, "frame-ancestors 'none'"));
    CHECK(has(text, "X-Content-Type-Options: nosniff\r\n"));
    CHECK(has(text, "Referrer-Policy: no-referrer\r\n"));
    CHECK(has(text, "Cache-Control: no-"));
    CHECK_FALSE(has(text, "unsafe"));
  }
  CHECK(has(cached, "Cache-Control: no-cache\r\n"));
  CHECK_FALSE(has(cached, "no-store"));
}

TEST_CASE("a problem becomes problem details") {
  const std::string text = answer("GET", [](const Request&) -> Response {
    throw Problem(405, "a \"quoted\" \x01 detail", {{"Allow", "POST"}});
  });
  CHECK(text.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
  CHECK(has(text, "Content-Type: application/problem+json\r\n"));
  CHECK(has(text, "Allow: POST\r\n"));
  const auto body = nlohmann::json::parse(body_of(text));
  CHECK(body["type"] == "about:blank");
  CHECK(body["title"] == "Method Not Allowed");
  CHECK(body["status"] == 405);
  CHECK(body["detail"] == "a \"quoted\" \x01 detail");
}

TEST_CASE("other exceptions keep their text") {
  const std::string text =
      answer("GET", [](const Request&) -> Response { throw std::runtime_error("secret path /etc/x"); });
  CHECK(text.starts_with("HTTP/1.1 500"));
  CHECK_FALSE(has(text, "secret"));
}

TEST_CASE("a header with a line end in it is not written") {
  const std::string text = answer("GET", [](const Request&) {
    return Response{.headers = {{"A", "b\r\nSet-Cookie: c"}, {"D", "e\nf"}}};
  });
  CHECK_FALSE(has(text, "Set-Cookie"));
  CHECK_FALSE(has(text, "D: "));
}

TEST_CASE("a handler is told what the head says") {
  const auto check = [](const Request& request) {
    CHECK(request.method == "OPTIONS");
    CHECK(request.path == "/a b/c");
    CHECK(request.query == std::multimap<std::string, std::string>{{"d", " "}, {"e", ""}, {"e", "2"}});
    CHECK(request.content_type == "text/plain; a=\"50%\"");
    CHECK(request.if_none_match == "\"x\", W/\"y\"");
    CHECK(request.origin == "http://a");
    CHECK(request.requested_method == "POST");
    CHECK(request.body == "hello");
    return Response{};
  };
  exchange({.head = "OPTIONS /a%20b%2Fc?d=%20&e&e=2 HTTP/1.1\r\nContent-Type: text/plain; "
                    "a=\"50%25\"\r\nIf-None-Match: \"x\"\r\n"
                    "If-None-Match: W/\"y\"\r\n"
                    "Origin: http://a\r\nAccess-Control-Request-Method: POST\r\n\r\n",
            .body = "hello"},
           check, {});
}

TEST_CASE("a method that nobody knows is refused, and logged as such") {
  const Exchange refused = exchange({.head = "BREW / HTTP/1.1\r\n\r\n"}, hello, {});
  CHECK(refused.record.status == 400);
  CHECK(has(refused.bytes, "Content-Type: application/problem+json\r\n"));
}

TEST_CASE("the answer to HEAD has a length and no body") {
  const std::string head = answer("HEAD");
  CHECK(has(head, "Content-Length: 5\r\n"));
  CHECK(body_of(head).empty());
}
