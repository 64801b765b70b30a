#include "http/accept.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>

using namespace inkling::server;

namespace {

std::string_view chosen(std::string_view accept) {
  constexpr std::array<std::string_view, 3> offered = {"application/json", "text/csv", "application/x-ndjson"};
  return preferred_type(accept, offered);
}

}  // namespace

TEST_CASE("a client gets the type that it likes best") {
  for (const char* csv :
       {"text/csv", "TEXT/CSV", "text/*", "text/csv;header=present", "text/html, text/csv",
        "application/json;q=0.5, text/csv", "*/*;q=0.1, text/csv; q=0.2", "application/json;q=0, */*",
        "text/csv;q=0.8,application/json;q=0.799", "image/png , text/csv ; charset=utf-8 ; q=0.001"}) {
    CAPTURE(csv);
    CHECK(chosen(csv) == "text/csv");
  }
  CHECK(chosen("application/x-ndjson") == "application/x-ndjson");
}

TEST_CASE("of equals, and of a client that does not care or likes nothing, the first") {
  for (const char* first : {"", "*/*", "application/*", "text/html", "application/json, text/csv", "text/csv;q=0", ",,",
                            "text/html;q=0.9,*/*;q=0.8", "text", "/", ";q=1"}) {
    CAPTURE(first);
    CHECK(chosen(first) == "application/json");
  }
}

TEST_CASE("a weight that cannot be read counts as 1") {
  for (const char* weight : {"2", "0.1234", "x", "0.x", "", "-1"}) {
    CAPTURE(weight);
    CHECK(chosen("application/json;q=0.9, text/csv;q=" + std::string(weight)) == "text/csv");
  }
}
