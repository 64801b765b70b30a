#include "routes/pictures.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake_model.hpp"
#include "http/base64.hpp"
#include "routes/service.hpp"

using namespace inkling::server;
using namespace inkling::server::test;
using nlohmann::json;

namespace {

struct PicturesFixture {
  ModelStore models{fake_models({"svm", "cnn"})};
  Metrics metrics;
  FormStore forms;
  Service service{models, forms, metrics};

  Response post(const std::string& type, const std::string& body, const std::string& accept = {},
                std::multimap<std::string, std::string> query = {}, const std::string& path = "/predict") const {
    return service.answer({.method = "POST",
                           .path = path,
                           .query = std::move(query),
                           .content_type = type,
                           .accept = accept,
                           .body = body});
  }
  Response post_form(const std::vector<std::pair<std::string, std::string>>& fields, const std::string& accept = {},
                     const std::string& path = "/predict") const {
    return post(std::string(form_type), form(fields), accept, {}, path);
  }
  /// What a JSON body is refused for.
  std::string refusal(const std::string& body) const {
    const Response response = post("application/json", body);
    CHECK(response.status == 400);
    return json::parse(response.body)["detail"];
  }
};

const std::vector<std::pair<std::string, std::string>>& mixed() {
  static const std::vector<std::pair<std::string, std::string>> fields = {
      {"file", picture()}, {"file", "text"}, {"charset", "digits"}, {"file", ""}, {"file", picture(/*ink=*/false)},
      {"file", picture()}};
  return fields;
}

std::string without_times(const std::string& answer) {
  json body = json::parse(answer);
  body.erase("ms");
  return body.dump();
}

}  // namespace

TEST_CASE_FIXTURE(PicturesFixture,
                  "several pictures are answered in their order, and one that is refused does not spoil the rest") {
  const Response response = post_form(mixed());
  CHECK(response.status == 200);
  CHECK(response.model == "cnn");
  const json results = json::parse(response.body)["results"];
  REQUIRE(results.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK(results[i]["index"] == i);
    const bool good = i == 0 || i == 4;
    CHECK(results[i].contains("prediction") == good);
    CHECK(results[i].contains("problem") != good);
  }
  CHECK(results[0]["prediction"] == "1");
  CHECK(results[4]["candidates"] == results[0]["candidates"]);
  CHECK(results[1]["problem"]["status"] == 415);
  CHECK(results[1]["problem"]["title"] == "Unsupported Media Type");
  CHECK(results[2]["problem"]["status"] == 422);
  CHECK(results[2]["problem"]["detail"] == "The file is empty.");
  CHECK(results[3]["problem"]["status"] == 422);
}

TEST_CASE_FIXTURE(PicturesFixture, "each result has the name of its file") {
  const std::string part = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"";
  const std::string body = part + "a \\\"1\\\".png\"\r\n\r\n" + picture() + "\r\n" + part + "\xff.png\"\r\n\r\n" +
                           picture() + "\r\n--b--\r\n";
  const json results = json::parse(post(std::string(form_type), body).body)["results"];
  CHECK(results[0]["name"] == "a \"1\".png");
  CHECK(results[1]["name"] == "\uFFFD.png");
}

TEST_CASE_FIXTURE(PicturesFixture, "a table has a row for each picture, with what was wrong with it") {
  const Response table = post_form(mixed(), "text/csv");
  CHECK(table.content_type == "text/csv; charset=utf-8; header=present");
  CHECK(
      table.body.starts_with("\"index\",\"name\",\"prediction\",\"confidence\",\"model\",\"problem\"\r\n0,\"\",\"1\",0."
                             "666667,\"cnn\",\"\"\r\n1,"));
  CHECK(table.body.find("2,\"\",\"\",\"\",\"\",\"The file is empty.\"\r\n") != std::string::npos);
  CHECK(std::count(table.body.begin(), table.body.end(), '\n') == 6);
  const Response one = post_form({{"file", "text"}}, "text/csv");
  CHECK(one.status == 200);
  CHECK(std::count(one.body.begin(), one.body.end(), '\n') == 2);
}

TEST_CASE_FIXTURE(PicturesFixture, "a name that a spreadsheet would run is only text") {
  const std::string body =
      "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"=1+1\"\r\n\r\n" + picture() + "\r\n--b--\r\n";
  CHECK(post(std::string(form_type), body, "text/csv").body.find("0,\"'=1+1\",\"A\"") != std::string::npos);
}

TEST_CASE_FIXTURE(PicturesFixture, "lines of JSON are made one by one, each as the list would have it") {
  const Response lines = post_form(mixed(), "application/x-ndjson");
  CHECK(lines.content_type == "application/x-ndjson");
  CHECK(lines.body.empty());
  CHECK(lines.headers == Headers{{"X-Accel-Buffering", "no"}});
  // The stream needs the request, which a test must keep.
  const std::string body = form(mixed());
  const Request request{.method = "POST",
                        .path = "/predict",
                        .content_type = std::string(form_type),
                        .accept = "application/jsonl",
                        .body = body};
  const Response kept = service.answer(request);
  CHECK(kept.content_type == "application/jsonl");
  REQUIRE(kept.stream);
  std::vector<std::string> pieces;
  kept.stream([&](std::string_view piece) { pieces.emplace_back(piece); });
  const json results = json::parse(post_form(mixed()).body)["results"];
  REQUIRE(pieces.size() == 5);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(pieces[i].ends_with("}\n"));
    CHECK(std::count(pieces[i].begin(), pieces[i].end(), '\n') == 1);
    CHECK(without_times(pieces[i]) == without_times(results[i].dump()));
  }
}

TEST_CASE_FIXTURE(PicturesFixture, "a picture alone, with the fields in the address") {
  const std::string whole =
      without_times(post_form({{"file", picture()}, {"charset", "digits"}, {"model", "svm"}}).body);
  for (const char* type : {"image/png", "IMAGE/PNG; x=y", "image/jpeg", "application/octet-stream"}) {
    CAPTURE(type);
    const Response response = post(type, picture(), {}, {{"charset", "digits"}, {"model", "svm"}});
    CHECK(response.status == 200);
    CHECK(without_times(response.body) == whole);
  }
  CHECK(post("image/png", "text").status == 415);
  CHECK(post("image/png", "").status == 400);
  CHECK(post("image/png", picture(/*ink=*/false)).status == 422);
  CHECK(post("image/png", picture(), {}, {{"file", "x"}}).status == 400);
  CHECK(post("image/png", picture(), {}, {{"top", "1"}, {"top", "2"}}).status == 400);
  CHECK(post("text/plain", picture()).status == 415);
  CHECK(post(std::string(form_type), form({{"file", picture()}, {"top", "1"}}), {}, {{"top", "2"}}).status == 400);
}

TEST_CASE_FIXTURE(PicturesFixture,
                  "an object of JSON with the picture as base64 or data URL, and the fields beside it") {
  const std::string whole = without_times(post_form({{"file", picture()}, {"charset", "digits"}, {"top", "1"}}).body);
  const std::string data = encode_base64(picture());
  for (const std::string& text : {data, "data:image/png;base64," + data}) {
    const json body = {{"image", text}, {"charset", "digits"}, {"top", 1}};
    CHECK(without_times(post("application/json; charset=utf-8", body.dump()).body) == whole);
  }
  const json seen = {{"image", data}, {"seen", true}, {"explain", false}};
  CHECK(json::parse(post("application/json", seen.dump()).body)["seen"].size() == 784);
}

TEST_CASE_FIXTURE(PicturesFixture, "a list of pictures is answered with a list, however long it is") {
  const std::string data = encode_base64(picture());
  const json one = {{"images", {data}}};
  CHECK(json::parse(post("application/json", one.dump()).body)["results"].size() == 1);
  const json two = {{"images", {data, encode_base64("text")}}, {"model", "svm"}};
  const json results = json::parse(post("application/json", two.dump()).body)["results"];
  CHECK(results[0]["model"] == "svm");
  CHECK(results[1]["problem"]["status"] == 415);
  const json many = {{"images", std::vector<std::string>(257, data)}};
  CHECK(refusal(many.dump()) == "The request has more than 256 pictures.");
}

TEST_CASE_FIXTURE(PicturesFixture, "JSON that cannot be a question is refused with what is wrong") {
  CHECK(refusal("[]") == "The JSON is no object with the picture in the member image.");
  CHECK(refusal("{}") == "The object has no picture. Send it in the member image, as base64.");
  CHECK(refusal(R"({"images":[]})") == "The object has no picture. Send it in the member image, as base64.");
  CHECK(refusal(R"({"image":7})") == "The member image is a text: base64, or a data URL.");
  CHECK(refusal(R"({"image":"!"})") == "A picture is neither base64 nor a data URL that holds base64.");
  CHECK(refusal(R"({"image":"aaaa","charsets":"digits"})") ==
        "The object has a member that is not known here. There are: image, images, model, charset, prior, top, seen, "
        "explain.");
  CHECK(refusal(R"({"image":"aaaa","top":1.5})") ==
        "A member of the object is neither a text nor a whole number nor true or false.");
  CHECK(refusal(R"({"image":"aaaa")") == "The body is not JSON: it is wrong at byte 16.");
  CHECK(refusal(R"({"image":"aaaa","top":0})") == "The field top is a number from 1 to 100.");
  CHECK(post("application/json", R"({"image":"aaaa"})").status == 415);
  CHECK(post("application/json", R"({"image":""})").status == 422);
}

TEST_CASE_FIXTURE(PicturesFixture, "lines of characters, too, are read from several pictures") {
  const Response response = post_form({{"file", picture()}, {"file", "text"}, {"pattern", "#"}}, {}, "/predict/field");
  const json results = json::parse(response.body)["results"];
  CHECK(results[0]["prediction"] == "1");
  CHECK(results[1]["problem"]["status"] == 415);
  const Response table = post("image/png", picture(), "text/csv", {{"pattern", "#"}}, "/predict/field");
  const json line =
      json::parse(post("image/png", picture(), "application/json", {{"pattern", "#"}}, "/predict/field").body);
  CHECK(line["confidence"] > 0);
  CHECK(line["confidence"] <= 1);
  CHECK(table.body ==
        "\"index\",\"name\",\"prediction\",\"confidence\",\"fits\",\"model\",\"problem\"\r\n0,\"\",\"1\"," +
            line["confidence"].dump() + ",\"true\",\"cnn\",\"\"\r\n");
}

TEST_CASE_FIXTURE(PicturesFixture, "the number of pictures is bounded") {
  std::vector<std::pair<std::string, std::string>> fields(257, {"file", "x"});
  CHECK(post_form(fields).status == 400);
  fields.pop_back();
  CHECK(json::parse(post_form(fields).body)["results"].size() == 256);
}
