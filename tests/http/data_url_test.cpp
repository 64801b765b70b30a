#include "http/data_url.hpp"

#include <doctest/doctest.h>

using namespace inkling::server;

TEST_CASE("base64 is taken with and without the head of a data URL") {
  for (const char* text : {"aGVsbG8=", "data:image/png;base64,aGVsbG8=", "DATA:;BASE64,aGVsbG8",
                           "data:;base64,aGVs\nbG8", "data:image/svg+xml;charset=utf-8;base64,aGVsbG8="}) {
    CAPTURE(text);
    CHECK(decode_base64_or_data_url(text) == "hello");
  }
  CHECK(decode_base64_or_data_url("data:;base64,") == "");
}

TEST_CASE("what holds no base64 is nothing") {
  for (const char* text : {"data:image/png,hello", "data:image/png;base64", "data:", "data:;base64,!", "hello world!",
                           "https://example.org/a.png"}) {
    CAPTURE(text);
    CHECK_FALSE(decode_base64_or_data_url(text));
  }
}
