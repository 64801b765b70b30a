#include "http/json.hpp"

#include <doctest/doctest.h>

#include <string>

#include "http/problem.hpp"

using namespace inkling::server;

namespace {

/// With which a text is refused; empty when it is not.
std::string json_refusal(const std::string& text, const JsonLimits& limits = {}) {
  try {
    parse_json(text, limits);
    return {};
  } catch (const Problem& problem) {
    CHECK(problem.status == 400);
    return problem.what();
  }
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("JSON is read, members in their order") {
  const Json json = parse_json(R"( {"b":[1,2.5,"x",true,null],"a":{"b":{}}} )");
  CHECK(json.dump() == R"({"b":[1,2.5,"x",true,null],"a":{"b":{}}})");
}

TEST_CASE("what is not JSON is refused, and not repeated") {
  for (const char* text : {"", "{", "[1,]", "{\"a\"}", "secret", "{} {}", "\"\xff\"", "{'a':1}", "nan"}) {
    CAPTURE(text);
    CHECK(json_refusal(text).find("is not JSON: it is wrong at byte ") != std::string::npos);
    CHECK(json_refusal(text).find("secret") == std::string::npos);
  }
  CHECK(json_refusal("1e999") == "The JSON has a number that is too large.");
}

TEST_CASE("a name twice in one object is refused, in two objects it is not") {
  CHECK(json_refusal(R"({"a":1,"a":1})") == "The JSON has a name twice in one object.");
  CHECK(json_refusal(R"({"x":{"a":1,"b":{},"a":2}})") == "The JSON has a name twice in one object.");
  CHECK(json_refusal(R"([{"a":1},{"a":{"a":1}},{"a":1}])").empty());
}

TEST_CASE("depth, values and names are bounded") {
  CHECK(json_refusal(repeated("[", 1 << 20)) == "The JSON has lists or objects too deep in one another.");
  CHECK(json_refusal(repeated("{\"a\":", 1 << 20)) == "The JSON has lists or objects too deep in one another.");
  CHECK(json_refusal(repeated("[", 8) + repeated("]", 8)).empty());
  CHECK(json_refusal("[" + repeated("[],", 1 << 20) + "[]]") == "The JSON has too many values.");
  CHECK(json_refusal("[0,1,2]", {.values = 5}).empty());
  CHECK(json_refusal("[0,1,2]", {.values = 4}) == "The JSON has too many values.");
  CHECK(json_refusal(R"({"a":1,"b":2})", {.names = 1}) == "The JSON has too many members.");
}
