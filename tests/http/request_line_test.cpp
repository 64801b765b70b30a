#include "http/request_line.hpp"

#include <doctest/doctest.h>

#include <string>

#include "http/problem.hpp"

using namespace inkling::server;

namespace {

/// The status with which a line is refused; 0 when it is not.
int refusal(const std::string& line) {
  try {
    check_request_line(line);
  } catch (const Problem& problem) {
    return problem.status;
  }
  return 0;
}

}  // namespace

TEST_CASE("a request line is passed on as it is") {
  for (const char* line :
       {"POST /a%20b%2Fc?d=%20&e HTTP/1.1", "GET /? HTTP/1.1", "GET /a://b HTTP/1.0", "OPTIONS * HTTP/1.1"}) {
    CHECK(check_request_line(line).text == line);
  }
  CHECK_FALSE(check_request_line("GET / HTTP/1.1").http_1_0);
  CHECK(check_request_line("GET / HTTP/1.0").http_1_0);
}

TEST_CASE("the form of an address that proxies are sent becomes a path") {
  CHECK(check_request_line("GET http://host:80/models?a HTTP/1.1").text == "GET /models?a HTTP/1.1");
  CHECK(check_request_line("GET http://host HTTP/1.1").text == "GET / HTTP/1.1");
  CHECK(check_request_line("GET http://host?a HTTP/1.1").text == "GET /?a HTTP/1.1");
}

TEST_CASE("what is no request line is refused") {
  for (const char* line : {"",
                           " ",
                           "nonsense",
                           "GET /",
                           "GET  HTTP/1.1",
                           "GET / ",
                           " / HTTP/1.1",
                           "GET / HTCPCP/1.0",
                           "GET /a b HTTP/1.1",
                           "GET / http/1.1",
                           "G\"T / HTTP/1.1",
                           "GET /\x80 HTTP/1.1",
                           "GET /\t HTTP/1.1",
                           "GET /% HTTP/1.1",
                           "GET /%2 HTTP/1.1",
                           "GET /%zz HTTP/1.1",
                           "GET /%-1 HTTP/1.1",
                           "GET /%00 HTTP/1.1",
                           "GET /%0d%0aA:b HTTP/1.1",
                           "GET /%7f HTTP/1.1"}) {
    CAPTURE(line);
    CHECK(refusal(line) == 400);
  }
  CHECK(refusal("GET / HTTP/2.0") == 505);
  CHECK(refusal("GET / HTTP/9") == 505);
  CHECK(refusal("GET /" + std::string(9000, 'a') + " HTTP/1.1") == 414);
  CHECK(refusal(std::string(17, 'A') + " / HTTP/1.1") == 501);
}
