#include "http/api_keys.hpp"

#include <inkling/core/error.hpp>

#include <doctest/doctest.h>

#include <string>

#include "http/problem.hpp"

using namespace inkling::server;

namespace {

const std::string first_key = "first-key-0123456789";
const std::string second_key = "second/key+0123456789==";

/// The status of a request, and what it is told to show.
struct Asked {
  int status = 200;
  std::string challenge = {};
};

Asked ask(const KeyGuard& guard, const Request& request) {
  try {
    guard.answer(request, [](const Request&) { return Response{}; });
    return {};
  } catch (const Problem& problem) {
    CHECK(problem.headers.at(0).first == "WWW-Authenticate");
    return {problem.status, problem.headers.at(0).second};
  }
}

std::string key_refusal(const std::string& text) {
  try {
    ApiKeys::parse(text);
    return {};
  } catch (const inkling::ValueError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("keys are lines of a file, comments and empty lines left out") {
  const ApiKeys keys = ApiKeys::parse("# for the scanner\r\n\n  " + first_key + " \r\n" + second_key);
  CHECK(keys.has(first_key));
  CHECK(keys.has(second_key));
  for (const std::string& other : {std::string(), first_key + "0", first_key.substr(1), first_key.substr(0, 19),
                                   first_key + first_key, second_key + "\n", std::string("# for the scanner")}) {
    CAPTURE(other);
    CHECK_FALSE(keys.has(other));
  }
}

TEST_CASE("a file without keys, or with one that can be guessed, is refused without repeating it") {
  CHECK(key_refusal("") == "expected a key on each line, got none");
  CHECK(key_refusal("# none\n\n") == "expected a key on each line, got none");
  CHECK(key_refusal("# \nsecret\n") == "line 2: expected a key of at least 16 characters without blanks, got one of 6");
  CHECK(key_refusal("secret secret secret") ==
        "line 1: expected a key of at least 16 characters without blanks, got one with others");
  CHECK(key_refusal(std::string(20, '\xff')).find("with others") != std::string::npos);
}

TEST_CASE("who shows a key is let through, and who does not is told how") {
  KeyGuard guard(ApiKeys::parse(first_key + "\n" + second_key),
                 [](const Request& request) { return request.path == "/health"; });
  CHECK(ask(guard, {.method = "POST", .path = "/health"}).status == 200);
  CHECK(ask(guard, {.method = "POST", .path = "/predict", .authorization = "Bearer " + first_key}).status == 200);
  CHECK(ask(guard, {.method = "POST", .path = "/predict", .authorization = "bearer  " + second_key}).status == 200);
  CHECK(ask(guard, {.method = "POST", .path = "/predict", .api_key = second_key}).status == 200);
  CHECK(
      ask(guard, {.method = "POST", .path = "/predict", .authorization = "Basic eDp5", .api_key = second_key}).status ==
      200);
  const Asked none = ask(guard, {.method = "POST", .path = "/predict"});
  CHECK(none.status == 401);
  CHECK(none.challenge == "Bearer realm=\"inkling\"");
  const Asked wrong = ask(guard, {.method = "POST", .path = "/predict", .authorization = "Bearer " + first_key + "x"});
  CHECK(wrong.status == 401);
  CHECK(wrong.challenge == "Bearer realm=\"inkling\", error=\"invalid_token\"");
  CHECK(ask(guard, {.method = "POST", .path = "/predict", .authorization = first_key}).status == 401);
  CHECK(ask(guard, {.method = "POST", .path = "/predict", .authorization = "Bearer", .api_key = ""}).status == 401);

  guard.replace(ApiKeys::parse("another-key-0123456789"));
  CHECK(ask(guard, {.method = "POST", .path = "/predict", .api_key = first_key}).status == 401);
  CHECK(ask(guard, {.method = "POST", .path = "/predict", .api_key = "another-key-0123456789"}).status == 200);
}
