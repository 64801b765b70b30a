#include "http/router.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "http/problem.hpp"

using namespace inkling::server;

namespace {

Router router() {
  Router router;
  router.add("GET", "/get", [](const Request&) { return Response{.body = "got"}; });
  router.add(
      "POST", "/post", [](const Request& request) { return Response{.body = request.body}; }, "name");
  router.add("GET", "/problem", [](const Request&) -> Response { throw Problem(422, "no ink"); });
  router.add("GET", "/broken", [](const Request&) -> Response { throw std::runtime_error("secret"); });
  return router;
}

}  // namespace

TEST_CASE("a request reaches the route of its path and method, and its answer knows which") {
  const Response got = router().answer({.method = "GET", .path = "/get"});
  CHECK(got.body == "got");
  CHECK(got.route == "/get");
  CHECK(router().answer({.method = "HEAD", .path = "/get"}).body == "got");
  const Response posted = router().answer({.method = "POST", .path = "/post", .body = "x"});
  CHECK(posted.body == "x");
  CHECK(posted.route == "name");
}

TEST_CASE("a slash at the end of an address changes nothing") {
  Router router;
  router.add("GET", "/", [](const Request&) { return Response{.body = "root"}; });
  router.add("POST", "/predict", [](const Request&) { return Response{.body = "predict"}; });
  CHECK(router.answer({.method = "POST", .path = "/predict/"}).body == "predict");
  CHECK(router.answer({.method = "POST", .path = "/predict/"}).route == "/predict");
  CHECK(router.answer({.method = "GET", .path = "/"}).body == "root");
  CHECK(router.answer({.method = "POST", .path = "/predict//"}).status == 404);
  CHECK(router.answer({.method = "GET", .path = "//"}).status == 404);
}

TEST_CASE("refusals are answers with a route") {
  const Response wrong = router().answer({.method = "HEAD", .path = "/post"});
  CHECK(wrong.status == 405);
  CHECK(wrong.route == "name");
  CHECK(wrong.headers == Headers{{"Allow", "POST"}});
  CHECK(router().answer({.method = "POST", .path = "/get"}).headers == Headers{{"Allow", "GET, HEAD"}});
  const Response missing = router().answer({.method = "GET", .path = "/secret/path"});
  CHECK(missing.status == 404);
  CHECK(missing.route == "");
  CHECK(missing.body.find("secret") == std::string::npos);
  CHECK(router().answer({.method = "GET", .path = "/problem"}).status == 422);
}

TEST_CASE("the text of an exception stays inside") {
  const Response broken = router().answer({.method = "GET", .path = "/broken"});
  CHECK(broken.status == 500);
  CHECK(broken.route == "/broken");
  CHECK(broken.body.find("secret") == std::string::npos);
}
