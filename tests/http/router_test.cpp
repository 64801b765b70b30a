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

TEST_CASE("a part of a path in braces stands for any text without a slash") {
  Router router;
  const auto tell = [](const Request&, const PathValues& values) {
    Response response;
    for (const std::string& value : values) response.body += value + ";";
    return response;
  };
  router.add("GET", "/forms/new", [](const Request&) { return Response{.body = "new"}; });
  router.add("GET", "/forms/{name}", tell);
  router.add("POST", "/forms/{name}/pages/{page}", tell);
  const auto ask = [&](const std::string& method, const std::string& path) {
    return router.answer({.method = method, .path = path});
  };
  CHECK(ask("GET", "/forms/c1").body == "c1;");
  CHECK(ask("GET", "/forms/c1/").body == "c1;");
  CHECK(ask("GET", "/forms/c1").route == "/forms/{name}");
  CHECK(ask("GET", "/forms/new").body == "new");
  CHECK(ask("POST", "/forms/a b/pages/{2}").body == "a b;{2};");
  CHECK(ask("GET", "/forms/a/pages/2").status == 405);
  for (const char* path : {"/forms", "/forms/", "/forms//", "/forms//pages/2", "/forms/a/pages", "/forms/a/b", "/x/a",
                           "/forms/a/pages/2/3", "forms/a"}) {
    CAPTURE(path);
    CHECK(ask("GET", path).status == 404);
  }
}
