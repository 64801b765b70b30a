#include "http/exchange.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

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
    CHECK_FALSE(has(text, "'unsafe-"));  // WebAssembly alone may be compiled
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
    CHECK(request.host == "a:80");
    CHECK(request.origin == "http://a");
    CHECK(request.requested_method == "POST");
    CHECK(request.accept == "text/csv, */*");
    CHECK(request.authorization == "Bearer key");
    CHECK(request.api_key == "other key");
    CHECK(request.json_length == "17");
    CHECK(request.body == "hello");
    return Response{};
  };
  exchange({.head = "OPTIONS /a%20b%2Fc?d=%20&e&e=2 HTTP/1.1\r\nContent-Type: text/plain; "
                    "a=\"50%25\"\r\nIf-None-Match: \"x\"\r\n"
                    "If-None-Match: W/\"y\"\r\n"
                    "Accept: text/csv\r\nAccept: */*\r\nAuthorization: Bearer key\r\nX-API-Key: other key\r\n"
                    "Inference-Header-Content-Length: 17\r\nHost: a:80\r\n"
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

namespace {

Response in_pieces(const Request& request) {
  return {.content_type = "text/plain", .stream = [&request](const Sink& sink) {
            sink("hel");
            sink("");
            sink("lo, " + request.body);
          }};
}

}  // namespace

TEST_CASE("an answer in pieces goes out as they are made, each in its own chunk") {
  std::vector<std::string> sent;
  const Exchange done = exchange({.head = "POST / HTTP/1.1\r\n\r\n", .body = "body"}, in_pieces,
                                 {.send = [&](std::string bytes) { sent.push_back(std::move(bytes)); }});
  REQUIRE(sent.size() == 3);
  CHECK(has(sent[0], "Transfer-Encoding: chunked\r\n"));
  CHECK(has(sent[0], "Content-Type: text/plain\r\n"));
  CHECK_FALSE(has(sent[0], "Content-Length"));
  CHECK(sent[0].ends_with("\r\n\r\n"));
  CHECK(sent[1] == "3\r\nhel\r\n");
  CHECK(sent[2] == "8\r\nlo, body\r\n");
  CHECK(done.bytes == "0\r\n\r\n");
  CHECK_FALSE(done.cut);
  CHECK(done.record.response_bytes == sent[0].size() + sent[1].size() + sent[2].size() + done.bytes.size());
}

TEST_CASE("a client without chunks gets the pieces as one") {
  const auto send = [](const std::string&) { FAIL("sent early"); };
  for (const ExchangeOptions& options : {ExchangeOptions{}, ExchangeOptions{.send = send}}) {
    const char* version = options.send ? "HTTP/1.0" : "HTTP/1.1";
    const std::string whole =
        exchange({.head = std::string("POST / ") + version + "\r\n\r\n", .body = "body"}, in_pieces, options).bytes;
    CHECK(has(whole, "Content-Length: 11\r\n"));
    CHECK_FALSE(has(whole, "chunked"));
    CHECK(body_of(whole) == "hello, body");
  }
  CHECK(answer("HEAD", in_pieces, {.send = send}).ends_with("\r\n\r\n"));
}

TEST_CASE("pieces that end in an error leave the answer cut, or make it a problem") {
  const Handler failing = [](const Request&) {
    return Response{.stream = [](const Sink& sink) {
      sink("a");
      throw std::runtime_error("secret");
    }};
  };
  std::string sent;
  const Exchange done =
      exchange({.head = "GET / HTTP/1.1\r\n\r\n"}, failing, {.send = [&](const std::string& bytes) { sent += bytes; }});
  CHECK(done.cut);
  CHECK(done.bytes.empty());
  CHECK(sent.ends_with("\r\n\r\n1\r\na\r\n"));
  CHECK(answer("GET", failing).starts_with("HTTP/1.1 500"));
  CHECK_FALSE(has(answer("GET", failing), "secret"));
}

TEST_CASE("the trace of a request is logged, and in its answer") {
  const std::string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const Exchange traced =
      exchange({.head = "GET / HTTP/1.1\r\ntraceparent: " + trace + "\r\n\r\n"}, hello, {.id = "5c0ffee500000001"});
  CHECK(has(traced.bytes, "\r\ntraceparent: " + trace + "\r\n"));
  CHECK(has(traced.bytes, "\r\ntraceresponse: 00-0af7651916cd43dd8448eb211c80319c-5c0ffee500000001-01\r\n"));
  CHECK(traced.record.trace_id == "0af7651916cd43dd8448eb211c80319c");
  CHECK(traced.record.parent_id == "b7ad6b7169203331");
  const Exchange none = exchange({.head = "GET / HTTP/1.1\r\ntraceparent: 00-x\r\n\r\n"}, hello, {});
  CHECK_FALSE(has(none.bytes, "trace"));
  CHECK(none.record.trace_id.empty());
}
