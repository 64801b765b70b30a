#include "http/listener.hpp"

#include <inkling/core/error.hpp>

#include <doctest/doctest.h>

using namespace inkling::server;

TEST_CASE("an address of IPv6 stands in brackets in a URL, however it was given") {
  CHECK(url_of("127.0.0.1", 80) == "http://127.0.0.1:80");
  CHECK(url_of("localhost", 8080) == "http://localhost:8080");
  CHECK(url_of("::1", 8080) == "http://[::1]:8080");
  CHECK(url_of("[::1]", 8080) == "http://[::1]:8080");
}

TEST_CASE("a host may be given as it stands in a URL") {
  CHECK(port_of(listen_on("127.0.0.1", 0)) > 0);
  try {
    CHECK(port_of(listen_on("::1", 0)) > 0);
  } catch (const inkling::Error&) {
    MESSAGE("this machine has no IPv6");
    return;
  }
  CHECK(port_of(listen_on("[::1]", 0)) > 0);
  CHECK_THROWS_AS(listen_on("[]", 0), inkling::Error);
}
