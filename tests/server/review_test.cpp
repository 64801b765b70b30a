#include <inkling/form/run/review.hpp>
#include <inkling/form/template_file.hpp>
#include <inkling/picture/encode.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "fake_model.hpp"
#include "http/data_url.hpp"
#include "review/fault_bundle.hpp"
#include "routes/review_routes.hpp"
#include "routes/service.hpp"
#include "temporary_folder.hpp"

using namespace inkling;
using namespace inkling::server;
using namespace inkling::server::test;
using nlohmann::json;

namespace {

/// A run of pages with a field of three cells, doubtful, and the picture of each page.
std::filesystem::path make_run(const std::filesystem::path& folder, int pages, bool pictures = true) {
  form::Run run(folder, form::Run::Access::add);
  run.add_template(form::parse_template(R"({"inkling_form":1,"name":"secret-form","page":{"width":200,"height":100},)"
                                        R"("fields":[{"name":"votes","kind":"digits","box":[20,40,60,20],"cells":3}]})")
                       .form);
  GreyImage picture(200, 100, 255);
  for (Index y = 45; y < 55; ++y) {
    for (Index x = 25; x < 30; ++x) picture(x, y) = 0;
  }
  const std::vector<std::uint8_t> png = encode_png(picture);
  std::filesystem::create_directories(folder / "pages");
  std::ofstream(folder / "pages/a.png", std::ios::binary)
      .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  for (int i = 0; i < pages; ++i) {
    const std::string file = "secret" + std::to_string(i) + ".png";
    form::PageReading page{.file = file, .form = "secret-form", .status = form::PageStatus::doubtful};
    page.fields = {{.name = "votes",
                    .text = "731",
                    .status = form::FieldStatus::doubtful,
                    .confidence = 0.5,
                    .cells = {{.candidates = {{"7", 0.75}},
                               .status = form::CellStatus::read,
                               .place = form::upright(20, 40, 20, 20),
                               .ink = 0.25}}}};
    run.add({.file = file, .hash = file}, page, pictures ? "pages/a.png" : "");
  }
  return folder;
}

struct Fixture {
  inkling::test::TemporaryFolder folder;
  ModelStore models{fake_models({"cnn"})};
  FormStore forms;
  Metrics metrics;
  ReviewDesk desk;
  Service service;

  explicit Fixture(int pages = 3, bool pictures = true)
      : desk(make_run(folder / "run", pages, pictures), {}), service(models, forms, metrics, &desk) {}

  Response ask(const std::string& path, const json& body, Request request = {}) const {
    request.method = "POST";
    request.path = path;
    request.content_type = "application/json";
    request.host = request.host.empty() ? "localhost:8080" : request.host;
    request.body = body.dump();
    return service.answer(request);
  }
  json next(const std::string& reviewer) const {
    return json::parse(ask("/review/next", {{"reviewer", reviewer}}).body);
  }
};

json answer_to(const json& task, const std::string& reviewer, const std::string& kind, const std::string& text = "") {
  return {{"reviewer", reviewer},   {"page", task["page"]}, {"field", task["field"]},
          {"after", task["after"]}, {"kind", kind},         {"text", text}};
}

}  // namespace

TEST_CASE("review: without a run, the server says so") {
  const ModelStore models{fake_models({"cnn"})};
  const FormStore forms;
  const Metrics metrics;
  const Service service(models, forms, metrics);
  CHECK(service.answer({.method = "GET", .path = "/review"}).body == R"({"review":null})");
  CHECK(service.answer({.method = "POST", .path = "/review/next"}).status == 404);
}

TEST_CASE("review: a field comes with its crop, is decided, and the next one comes with the answer") {
  const Fixture fixture;
  const json first = fixture.next("Ann");
  REQUIRE(first["tasks"].size() == 1);
  const json task = first["tasks"][0];
  CHECK(task["text"] == "731");
  CHECK(task["kind"] == "digits");
  CHECK(task["size"] == json::array({76, 36}));  // a margin of 0.4 of the height
  CHECK(task["frame"] == json::array({8, 8, 60, 20}));
  CHECK(task["crop"].get<std::string>().starts_with("data:image/png;base64,iVBOR"));
  CHECK(first["progress"]["in_hand"] == 1);
  const Response response = fixture.ask("/review/decide", answer_to(task, "Ann", "corrected", " 1.7\t"));
  CHECK(response.status == 422);
  CHECK(json::parse(response.body)["detail"].get<std::string>().find("other than three digits") != std::string::npos);
  const Response good = fixture.ask("/review/decide", answer_to(task, "Ann", "corrected", " 017\t"));
  REQUIRE(good.status == 200);
  const json told = json::parse(good.body);
  CHECK(told["decision"]["text"] == "017");
  CHECK(told["tasks"][0]["page"] != task["page"]);
  CHECK(told["progress"]["decided"] == 1);
  CHECK(fixture.ask("/review/decide", answer_to(task, "Ben", "accepted")).status == 409);
  const json back = json::parse(fixture.ask("/review/undo", {{"reviewer", "Ann"}}).body);
  CHECK(back["task"]["page"] == task["page"]);
  CHECK(back["progress"]["decided"] == 0);
}

TEST_CASE("review: what is no question is refused") {
  const Fixture fixture;
  for (const json& body :
       {json::object(), json{{"reviewer", 1}}, json{{"reviewer", ""}}, json{{"reviewer", "A"}, {"x", 1}},
        json{{"reviewer", "A"}, {"order", "best"}}, json{{"reviewer", "A"}, {"count", 25}},
        json{{"reviewer", "A"}, {"count", -1}}, json::array()}) {
    CAPTURE(body.dump());
    CHECK(fixture.ask("/review/next", body).status == 400);
  }
  CHECK(fixture.service
            .answer({.method = "POST",
                     .path = "/review/next",
                     .content_type = "text/plain",
                     .host = "localhost",
                     .body = R"({"reviewer":"A"})"})
            .status == 415);
  CHECK(fixture.ask("/review/fault", {{"page", 99}}).status == 404);
  const json task = fixture.next("Ann")["tasks"][0];
  CHECK(fixture.ask("/review/decide", answer_to(task, "Ann", "undo")).status == 400);
}

TEST_CASE("review: only this machine, and only the server's own page") {
  const Fixture fixture;
  const auto status = [&](const std::string& host, const std::string& origin) {
    return fixture.ask("/review/next", {{"reviewer", "A"}}, {.method = {}, .path = {}, .host = host, .origin = origin})
        .status;
  };
  CHECK(status("127.0.0.1:8080", "") == 200);
  CHECK(status("[::1]:8080", "http://[::1]:8080") == 200);
  CHECK(status("localhost:8080", "http://localhost:8080") == 200);
  CHECK(status("localhost:8080", "http://localhost:9090") == 403);
  CHECK(status("localhost:8080", "null") == 403);
  CHECK(status("evil.example", "http://evil.example") == 403);  // a name that was bound to this machine
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1", "127.9.9.9:80", "[::1]", "::1", "[::1]:9"}) {
    CHECK(is_local(host));
  }
  for (const char* host : {"", "0.0.0.0", "127.0.0.1.evil.example", "localhost.evil", "[::2]:1", "10.0.0.1", "["}) {
    CHECK_FALSE(is_local(host));
  }
}

TEST_CASE("review: a run without pictures is reviewed without crops") {
  const Fixture fixture(2, false);
  CHECK_FALSE(fixture.desk.has_pictures());
  CHECK_FALSE(fixture.next("Ann")["tasks"][0].contains("crop"));
}

TEST_CASE("review: a report has places and scores, no text, no name and no handwriting") {
  Fixture fixture;
  const json report = json::parse(fault_bundle(*fixture.desk.page(1)).dump());
  CHECK(report["fields"][0]["cells"][0]["scores"] == json::array({0.75}));
  CHECK(report["fields"][0]["cells"][0]["ink"] == 0.25);
  const std::string text = report.dump();
  for (const char* secret : {"secret", "votes", "731", "\"7\""}) CHECK(text.find(secret) == std::string::npos);
  // The only ink lies in the field.
  CHECK(report["picture"] == png_data_url(encode_png(GreyImage(12, 6, 255))));
}

TEST_CASE("review: the tables hold what was decided") {
  const Fixture fixture(2);
  const json task = fixture.next("Ann")["tasks"][0];
  fixture.ask("/review/decide", answer_to(task, "Ann", "corrected", "12"));
  const auto get = [&](const std::string& path) {
    return fixture.service.answer({.method = "GET", .path = path, .host = "localhost"});
  };
  CHECK(get("/review/table").body.find(R"("12","read",1.0000,"Ann")") != std::string::npos);
  CHECK(get("/review/calibration").body.find(R"("votes","731","12",0.500000,0,0)") != std::string::npos);
  const json review = json::parse(get("/review").body)["review"];
  CHECK(review["run"] == "run");
  CHECK(review["progress"]["decided"] == 1);
}
