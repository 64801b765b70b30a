#include "routes/service.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fake_model.hpp"
#include "http/problem.hpp"
#include "routes/model_routes.hpp"
#include "temporary_folder.hpp"

using namespace inkling::server;
using namespace inkling::server::test;
using nlohmann::json;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Fixture {
  ModelStore models{fake_models({"svm", "cnn"})};
  Metrics metrics;
  FormStore forms;
  Service service{models, forms, metrics};

  Response get(const std::string& path) const { return service.answer({.method = "GET", .path = path}); }
  Response predict(const Fields& fields) const {
    return service.answer(
        {.method = "POST", .path = "/predict", .content_type = std::string(form_type), .body = form(fields)});
  }
  json answer(const Fields& fields) const { return json::parse(predict(fields).body); }
  int status(const Request& request) const { return service.answer(request).status; }
  int form_status(const Fields& fields) const {
    return status(
        Request{.method = "POST", .path = "/predict", .content_type = std::string(form_type), .body = form(fields)});
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a picture is answered with the most probable characters") {
  const Response response = predict({{"file", picture()}});
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/json");
  const json body = json::parse(response.body);
  CHECK(body["prediction"] == "A");
  CHECK(body["confidence"] == 0.4);
  CHECK(body["model"] == "cnn");
  REQUIRE(body["candidates"].size() == 5);
  CHECK(body["candidates"][1]["label"] == "C");
  CHECK(body["candidates"][1]["probability"].get<double>() == doctest::Approx(0.25));
  CHECK(body["candidates"][4]["label"] == "b");
  CHECK_FALSE(body.contains("seen"));
}

TEST_CASE_FIXTURE(Fixture, "the fields of the form choose") {
  CHECK(answer({{"file", picture()}, {"model", "svm"}})["model"] == "svm");
  CHECK(answer({{"file", picture()}, {"model", ""}})["model"] == "cnn");
  CHECK(answer({{"file", picture()}, {"top", "2"}})["candidates"].size() == 2);

  const json digits = answer({{"charset", "digits"}, {"file", picture()}});
  CHECK(digits["prediction"] == "1");
  CHECK(digits["candidates"].size() == 2);
  CHECK(digits["confidence"].get<double>() == doctest::Approx(2.0 / 3));
  CHECK(answer({{"file", picture()}, {"charset", "c0"}})["prediction"] == "c");
  CHECK(answer({{"file", picture()}, {"charset", ""}})["prediction"] == "A");
}

TEST_CASE("the prior: what the model knows about how frequent its classes are is taken out, half of it by default") {
  ModelSet set = fake_models({"cnn"});
  set.loaded.front().prior = {0.1, 0.1, 0.5, 0.2, 0.1};
  const ModelStore models(std::move(set));
  const FormStore forms;
  const Metrics metrics;
  const auto answer = [&](Fields fields) {
    fields.emplace_back("file", picture());
    return json::parse(
        Service(models, forms, metrics)
            .answer(
                {.method = "POST", .path = "/predict", .content_type = std::string(form_type), .body = form(fields)})
            .body);
  };
  CHECK(answer({{"prior", "natural"}})["confidence"].get<double>() == doctest::Approx(0.4));
  CHECK(answer({{"prior", "tempered"}})["candidates"] == answer({})["candidates"]);
  const double half_of_a = 0.4 / std::sqrt(0.5);
  const double half_of_c = 0.25 / std::sqrt(0.1);
  const json tempered = answer({})["candidates"];
  CHECK(tempered[0]["label"] == "C");
  CHECK(tempered[2]["label"] == "A");
  CHECK(tempered[0]["probability"].get<double>() / tempered[2]["probability"].get<double>() ==
        doctest::Approx(half_of_c / half_of_a).epsilon(1e-4));
  const json body = answer({{"prior", "uniform"}});  // 1, 2, 0.8, 0.25 and 2.5 parts of 6.55
  CHECK(body["prediction"] == "C");
  CHECK(body["confidence"].get<double>() == doctest::Approx(2.5 / 6.55));
  double sum = 0;
  for (const json& candidate : body["candidates"]) sum += candidate["probability"].get<double>();
  CHECK(sum == doctest::Approx(1).epsilon(1e-5));
  const json digits = answer({{"prior", "uniform"}, {"charset", "digits"}});
  CHECK(digits["confidence"].get<double>() == doctest::Approx(2.0 / 3));
}

TEST_CASE_FIXTURE(Fixture, "the image that the model saw is 28x28 with full ink somewhere") {
  const std::vector<int> seen = answer({{"file", picture()}, {"seen", "1"}})["seen"];
  REQUIRE(seen.size() == 784);
  CHECK(*std::max_element(seen.begin(), seen.end()) == 255);
  CHECK(seen.front() == 0);
  CHECK(seen[14 * 28 + 13] > 128);
}

TEST_CASE_FIXTURE(Fixture, "what cannot be answered is refused with the right status") {
  const std::string png = picture();
  CHECK(form_status({}) == 400);
  CHECK(form_status({{"picture", png}}) == 400);
  CHECK(form_status({{"file", png}, {"top", "1"}, {"top", "1"}}) == 400);
  CHECK(form_status({{"file", png}, {"model", "no such"}}) == 400);
  CHECK(form_status({{"file", png}, {"charset", "z-a"}}) == 400);
  CHECK(form_status({{"file", png}, {"charset", "xyz"}}) == 400);  // none of the classes
  CHECK(form_status({{"file", png}, {"charset", std::string(257, 'A')}}) == 400);
  for (const char* top : {"0", "-1", "101", "five", "", "5 "}) CHECK(form_status({{"file", png}, {"top", top}}) == 400);
  CHECK(form_status({{"file", png}, {"seen", "yes"}}) == 400);
  for (const char* prior : {"", "Uniform", "0.5"}) CHECK(form_status({{"file", png}, {"prior", prior}}) == 400);
  // These models do not say what their prior was: the default does without, but what is asked for by name does not.
  for (const char* prior : {"tempered", "uniform"}) CHECK(form_status({{"file", png}, {"prior", prior}}) == 422);
  CHECK(form_status({{"file", png}, {"prior", "natural"}}) == 200);
  CHECK(form_status({{"file", png}}) == 200);

  CHECK(form_status({{"file", ""}}) == 422);
  CHECK(form_status({{"file", "plain text"}}) == 415);
  CHECK(form_status({{"file", png.substr(0, png.size() / 2)}}) == 422);
  CHECK(form_status({{"file", picture(/*ink=*/false)}}) == 422);
}

TEST_CASE_FIXTURE(Fixture, "a refusal repeats nothing of the request") {
  const std::string hostile("a\r\nX: y\x1b[2J\0\xff<script>", 21);
  for (const char* field : {"model", "charset", "top", "prior", "seen", "explain"}) {
    CAPTURE(field);
    const Response response = predict({{"file", picture()}, {field, hostile}});
    CHECK(response.status == 400);
    CHECK(response.body.find("script") == std::string::npos);
    CHECK(std::none_of(response.body.begin(), response.body.end(), [](char c) { return c >= 0 && c < ' '; }));
  }
}

TEST_CASE_FIXTURE(Fixture, "a body that is not a form is refused") {
  const auto post = [&](const std::string& type, const std::string& body) {
    return status(Request{.method = "POST", .path = "/predict", .content_type = type, .body = body});
  };
  CHECK(post("", "") == 400);
  CHECK(post("application/json", "{}") == 400);
  CHECK(post("image/svg+xml", "<svg/>") == 415);
  CHECK(post("application/x-www-form-urlencoded", "") == 400);
  CHECK(post("multipart/form-data", "") == 400);
  CHECK(post("multipart/form-data; boundary=b", "") == 400);
  CHECK(post("multipart/mixed; boundary=b", form({{"file", picture()}})) == 415);
}

TEST_CASE_FIXTURE(Fixture, "the log learns the route and the model, never what the client wrote") {
  const Response good = predict({{"file", picture()}});
  CHECK(good.route == "/predict");
  CHECK(good.model == "cnn");
  const Response bad = predict({{"file", picture()}, {"model", "<script>\n"}});
  CHECK(bad.route == "/predict");
  CHECK(bad.model == "");
  CHECK(bad.body.find("script") == std::string::npos);
  CHECK(get("/app.js").route == "asset");
}

TEST_CASE_FIXTURE(Fixture, "the page learns whether it can read on the device, and of which files it is made") {
  const Response response = get("/device.json");
  CHECK(response.content_type == "application/json");
  const json device = json::parse(response.body);
  CHECK(device["server"] == true);
  CHECK((get("/reader/inkling.wasm").status == 200) == device["reader"].get<bool>());
  CHECK((get("/reader/model.safetensors").route == "/reader/model.safetensors") == device["reader"].get<bool>());
  CHECK(device["files"].size() > 30);
  for (const std::string file : device["files"]) {
    CAPTURE(file);
    CHECK(get(file == "./" ? "/" : "/" + file).status == 200);
  }
}

TEST_CASE("a browser gets the file of a model as it was loaded, and no other") {
  const inkling::test::TemporaryFolder folder;
  std::ofstream(folder / "cnn.safetensors") << "abc";
  const Model model{.name = "cnn",
                    .classifier = nullptr,
                    .bytes = 3,
                    .sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",  // FIPS 180-2, B.1
                    .file = folder / "cnn.safetensors"};
  const Request request{.method = "GET", .path = "/reader/model.safetensors"};
  const Response response = model_file(model, request);
  CHECK(response.status == 200);
  CHECK(response.body == "abc");
  CHECK(response.content_type == "application/octet-stream");
  Request again = request;
  again.if_none_match = '"' + model.sha256 + '"';
  const Response same = model_file(model, again);
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  std::ofstream(folder / "cnn.safetensors") << "abd";
  int status = 0;
  try {
    model_file(model, request);
  } catch (const Problem& problem) {
    status = problem.status;
  }
  CHECK(status == 503);
}

TEST_CASE_FIXTURE(Fixture, "metrics are served as text of version 0.0.4") {
  const Response response = get("/metrics");
  CHECK(response.status == 200);
  CHECK(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
}

TEST_CASE("a model's accuracy is told with the images that it was measured on, if its file says it") {
  ModelSet set = fake_models({"cnn", "svm"});
  set.loaded.front().accuracy = {.share = 0.9069, .samples = 9647, .on = "EMNIST bymerge train, held out"};
  const ModelStore models(std::move(set));
  const json list = json::parse(list_models(models.current()->models()).body)["models"];
  CHECK(list[0]["accuracy"] == 0.9069);
  CHECK(list[0]["accuracy_samples"] == 9647);
  CHECK(list[0]["accuracy_on"] == "EMNIST bymerge train, held out");
  for (const char* member : {"accuracy", "accuracy_samples", "accuracy_on"}) CHECK(list[1][member].is_null());
}

TEST_CASE_FIXTURE(Fixture, "models are listed, the default one first") {
  const json list = json::parse(get("/models").body)["models"];
  REQUIRE(list.size() == 2);
  CHECK(list[0]["name"] == "cnn");
  CHECK(list[0]["default"] == true);
  CHECK(list[0]["kind"] == "network");
  CHECK(list[0]["parameters"] == 42);
  CHECK(list[0]["bytes"] == 1000);
  CHECK(list[0]["classes"] == json({"0", "1", "A", "b", "C"}));
  CHECK(list[1]["name"] == "svm");
  CHECK(list[1]["default"] == false);
}

TEST_CASE_FIXTURE(Fixture, "all models answer for the same ink, below the answer of the default one") {
  const Response response = predict({{"file", picture()}, {"model", "all"}, {"charset", "digits"}, {"top", "1"}});
  CHECK(response.model == "cnn");
  const json body = json::parse(response.body);
  CHECK(body["model"] == "cnn");
  CHECK(body["prediction"] == "1");
  REQUIRE(body["models"].size() == 2);
  CHECK(body["models"][0]["model"] == "cnn");
  CHECK(body["models"][1]["model"] == "svm");
  for (const json& one : body["models"]) {
    CHECK(one["prediction"] == "1");
    CHECK(one["candidates"].size() == 1);
    CHECK(one["confidence"] == body["confidence"]);
    CHECK(one["ms"].get<double>() >= 0);
  }
}

TEST_CASE_FIXTURE(Fixture, "an answer says how long it took") {
  CHECK(answer({{"file", picture()}})["ms"].get<double>() > 0);
}

TEST_CASE_FIXTURE(Fixture, "an explanation is asked for by query or by field") {
  using Query = std::multimap<std::string, std::string>;
  const auto explain = [&](const Query& query, const Fields& fields) {
    return service.answer({.method = "POST",
                           .path = "/predict",
                           .query = query,
                           .content_type = std::string(form_type),
                           .body = form(fields)});
  };
  const Fields file = {{"file", picture()}};
  const json by_query = json::parse(explain({{"explain", "1"}}, file).body)["explanation"];
  CHECK(by_query["width"] == 28);
  CHECK(by_query["height"] == 28);
  CHECK(by_query["values"] == json(std::vector<double>(784, 0)));  // whatever is covered, this model says the same
  CHECK(answer({{"file", picture()}, {"explain", "1"}})["explanation"] == by_query);
  CHECK_FALSE(json::parse(explain({{"explain", "0"}}, file).body).contains("explanation"));
  CHECK(explain({{"explain", "yes"}}, file).status == 400);
  CHECK(form_status({{"file", picture()}, {"explain", "yes"}}) == 400);
}

TEST_CASE_FIXTURE(Fixture, "a field or a parameter that is not known is an error that lists those that are") {
  const Fields fields = {{"file", picture()}, {"charsets", "digits"}};
  const Response refused = service.answer(
      {.method = "POST", .path = "/predict", .content_type = std::string(form_type), .body = form(fields)});
  CHECK(refused.status == 400);
  CHECK(json::parse(refused.body)["detail"] ==
        "The form has a field that is not known here. There are: file, model, charset, prior, top, seen, explain.");
  const Response by_query = service.answer({.method = "POST",
                                            .path = "/predict",
                                            .query = {{"chartset", "digits"}},
                                            .content_type = std::string(form_type),
                                            .body = form({{"file", picture()}})});
  CHECK(by_query.status == 400);
  CHECK(json::parse(by_query.body)["detail"] ==
        "The address has a parameter that is not known here. There are: model, charset, prior, top, seen, explain.");
}

TEST_CASE("without a cnn the first model is the default") {
  const Recogniser recogniser(fake_models({"svm", "forest"}));
  CHECK(recogniser.models().loaded.front().name == "forest");
}

TEST_CASE("a server without models cannot be made") {
  CHECK_THROWS_AS(Recogniser(ModelSet{}), inkling::ValueError);
}

TEST_CASE_FIXTURE(Fixture, "health is good") {
  CHECK(get("/health").status == 200);
}

TEST_CASE("a model that failed its self-test makes the server unhealthy, and its reason stays inside") {
  ModelSet set = fake_models({"cnn"});
  set.refused.push_back({.name = "svm", .reason = "/secret/path: checksum"});
  const ModelStore models(std::move(set));
  const FormStore forms;
  const Metrics metrics;
  const Response response = Service(models, forms, metrics).answer({.method = "GET", .path = "/health"});
  CHECK(response.status == 503);
  CHECK(response.content_type == "application/problem+json");
  CHECK(json::parse(response.body)["refused"] == json({"svm"}));
  CHECK(response.body.find("secret") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "unknown addresses and methods are refused") {
  for (const char* path : {"/nothing", "//", "/..", "/../main.cpp", "/index.html", "/web/style.css", "", "/Predict"}) {
    CAPTURE(path);
    CHECK(status(Request{.method = "GET", .path = path}) == 404);
  }
  const Response refused = get("/predict");
  CHECK(refused.status == 405);
  CHECK(refused.route == "/predict");
  CHECK(refused.headers == Headers{{"Allow", "POST"}});
  CHECK(get("/nothing").route == "");
  CHECK(status(Request{.method = "POST", .path = "/models"}) == 405);
  CHECK(status(Request{.method = "DELETE", .path = "/"}) == 405);
  CHECK(status(Request{.method = "HEAD", .path = "/health"}) == 200);
}

TEST_CASE_FIXTURE(Fixture, "the page is served with what it needs, and only again when it changed") {
  const Response page = get("/");
  CHECK(page.content_type == "text/html; charset=utf-8");
  CHECK(page.body.starts_with("<!doctype html>"));
  for (std::size_t at = page.body.find("=\"/"); at != std::string::npos; at = page.body.find("=\"/", at + 1)) {
    const std::string path = page.body.substr(at + 2, page.body.find('"', at + 2) - at - 2);
    CAPTURE(path);
    CHECK(get(path).status == 200);
  }

  REQUIRE(page.headers.at(0).first == "ETag");
  const Response again = service.answer({.method = "GET", .path = "/", .if_none_match = page.headers.at(0).second});
  CHECK(again.status == 304);
  CHECK(again.body.empty());
}
