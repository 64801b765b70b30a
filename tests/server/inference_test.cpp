#include "routes/inference.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstring>
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

const std::string version(12, 'a');

/// 4 bytes, the lowest first, and the text.
std::string element(const std::string& bytes) {
  std::string text;
  for (int shift = 0; shift < 32; shift += 8) text.push_back(static_cast<char>(bytes.size() >> shift & 0xFFU));
  return text + bytes;
}

json input(json data, json shape = {1}) {
  return {{"name", "image"}, {"datatype", "BYTES"}, {"shape", std::move(shape)}, {"data", std::move(data)}};
}

struct InferenceFixture {
  ModelStore models{fake_models({"svm", "cnn"})};
  Metrics metrics;
  FormStore forms;
  Service service{models, forms, metrics};
  std::string data = encode_base64(picture());

  Response get(const std::string& path) const { return service.answer({.method = "GET", .path = path}); }
  Response ask(const std::string& body, const std::string& json_length = {},
               const std::string& path = "/v2/models/cnn/infer") const {
    return service.answer(
        {.method = "POST", .path = path, .content_type = "application/json", .json_length = json_length, .body = body});
  }
  json answer(const json& body) const {
    const Response response = ask(body.dump());
    CHECK(response.status == 200);
    CHECK(response.content_type == "application/json");
    return json::parse(response.body);
  }
  /// With which a request is refused.
  std::string refusal(const json& body, int status = 400) const {
    const Response response = ask(body.dump());
    CHECK(response.status == status);
    CHECK(response.content_type == "application/problem+json");
    const json problem = json::parse(response.body);
    CHECK(problem["detail"] == problem["error"]);
    return problem["error"];
  }
};

}  // namespace

TEST_CASE_FIXTURE(InferenceFixture, "the server says what it is, that it lives, and that it is ready") {
  const json server = json::parse(get("/v2").body);
  CHECK(server["name"] == "inkling-server");
  CHECK(server["version"].get<std::string>().size() >= 5);
  CHECK(server["extensions"] == json({"binary_tensor_data"}));
  CHECK(get("/v2/").body == get("/v2").body);
  CHECK(json::parse(get("/v2/health/live").body)["live"] == true);
  CHECK(get("/v2/health/ready").status == 200);
  CHECK(json::parse(get("/v2/health/ready").body)["ready"] == true);
  CHECK(get("/v2/health").status == 404);
}

TEST_CASE("a server with a model that was refused lives, and is not ready") {
  ModelSet set = fake_models({"cnn"});
  set.refused.push_back({.name = "svm", .reason = "secret"});
  const ModelStore models(std::move(set));
  const FormStore forms;
  const Metrics metrics;
  const Service service(models, forms, metrics);
  CHECK(service.answer({.method = "GET", .path = "/v2/health/live"}).status == 200);
  const Response ready = service.answer({.method = "GET", .path = "/v2/health/ready"});
  CHECK(ready.status == 503);
  CHECK(json::parse(ready.body).contains("error"));
  CHECK(service.answer({.method = "GET", .path = "/v2/models/cnn/ready"}).status == 200);
  CHECK(service.answer({.method = "GET", .path = "/v2/models/svm/ready"}).status == 404);
}

TEST_CASE_FIXTURE(InferenceFixture, "a model says what goes in and what comes out") {
  const json model = json::parse(get("/v2/models/svm").body);
  CHECK(model ==
        json{{"name", "svm"},
             {"versions", json::array({version})},
             {"platform", "inkling_network"},
             {"inputs", json::array({{{"name", "image"}, {"datatype", "BYTES"}, {"shape", json::array({-1})}}})},
             {"outputs",
              {{{"name", "label"}, {"datatype", "BYTES"}, {"shape", json::array({-1})}},
               {{"name", "confidence"}, {"datatype", "FP32"}, {"shape", json::array({-1})}},
               {{"name", "probabilities"}, {"datatype", "FP32"}, {"shape", {-1, 5}}}}}});
  CHECK(get("/v2/models/svm/versions/" + version).body == get("/v2/models/svm").body);
  CHECK(json::parse(get("/v2/models/svm/ready").body) == json{{"name", "svm"}, {"ready", true}});
  CHECK(get("/v2/models/svm/versions/" + version + "/ready").status == 200);
  for (const char* path : {"/v2/models/none", "/v2/models/none/ready", "/v2/models/svm/versions/1",
                           "/v2/models/svm/versions/1/ready", "/v2/models"}) {
    CAPTURE(path);
    CHECK(get(path).status == 404);
  }
  CHECK(json::parse(get("/v2/models/none").body).contains("error"));
  CHECK(json::parse(get("/v2/models/svm/config").body).contains("error"));  // an address that there is not
  CHECK_FALSE(json::parse(get("/v22").body).contains("error"));
  CHECK(get("/v2/models/svm").route == "/v2/models/{model}");
  CHECK(get("/v2/models/svm/infer").status == 405);
}

TEST_CASE_FIXTURE(InferenceFixture, "pictures in base64 are inferred; without outputs all come") {
  const json body =
      answer({{"id", "42"}, {"inputs", json::array({input({data, "data:image/png;base64," + data}, {2})})}});
  CHECK(body["model_name"] == "cnn");
  CHECK(body["model_version"] == version);
  CHECK(body["id"] == "42");
  CHECK(body["parameters"]["sha256"] == std::string(64, 'a'));
  REQUIRE(body["outputs"].size() == 3);
  CHECK(body["outputs"][0] ==
        json{{"name", "label"}, {"datatype", "BYTES"}, {"shape", json::array({2})}, {"data", {"A", "A"}}});
  CHECK(body["outputs"][1] ==
        json{{"name", "confidence"}, {"datatype", "FP32"}, {"shape", json::array({2})}, {"data", {0.4, 0.4}}});
  CHECK(body["outputs"][2]["shape"] == json({2, 5}));
  CHECK(body["outputs"][2]["data"] == json({0.1, 0.2, 0.4, 0.05, 0.25, 0.1, 0.2, 0.4, 0.05, 0.25}));
}

TEST_CASE_FIXTURE(InferenceFixture, "the outputs that are asked for come in that order, and an id is optional") {
  const json body = answer({{"inputs", json::array({input(json::array({data}), {1, 1})})},
                            {"outputs", {{{"name", "confidence"}}, {{"name", "label"}}}},
                            {"parameters", {{"charset", "digits"}, {"prior", "natural"}}}});
  CHECK_FALSE(body.contains("id"));
  CHECK(answer({{"id", ""}, {"inputs", json::array({input(json::array({data}))})}})["id"] == "");
  REQUIRE(body["outputs"].size() == 2);
  CHECK(body["outputs"][0]["name"] == "confidence");
  CHECK(body["outputs"][0]["data"] == json::array({0.666667}));
  CHECK(body["outputs"][1]["data"] == json::array({"1"}));
  CHECK(body["outputs"][1]["shape"] == json({1, 1}));
  const json nested =
      answer({{"inputs", json::array({input(json::array({json::array({data}), json::array({data})}), {2, 1})})}});
  CHECK(nested["outputs"][0]["data"] == json({"A", "A"}));
}

TEST_CASE_FIXTURE(InferenceFixture, "a probability that the charset leaves out is 0, and the rest add up to 1") {
  const json body = answer({{"inputs", json::array({input(json::array({data}))})},
                            {"outputs", json::array({{{"name", "probabilities"}}})},
                            {"parameters", {{"charset", "digits"}}}});
  CHECK(body["outputs"][0]["data"] == json({0.333333, 0.666667, 0.0, 0.0, 0.0}));
}

TEST_CASE_FIXTURE(InferenceFixture, "tensors may lie behind the JSON, both ways") {
  const std::string binary = element(picture()) + element(picture());
  json tensor = {{"name", "image"}, {"datatype", "BYTES"}, {"shape", {2, 1}}};
  tensor["parameters"] = {{"binary_data_size", binary.size()}};
  const std::string head =
      json{{"inputs", json::array({tensor})}, {"parameters", {{"binary_data_output", true}}}}.dump();
  const Response response = ask(head + binary, std::to_string(head.size()));
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/octet-stream");
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].first == "Inference-Header-Content-Length");
  const std::size_t length = std::stoul(response.headers[0].second);
  const json body = json::parse(response.body.substr(0, length));
  const std::string rest = response.body.substr(length);
  const std::string labels = element("A") + element("A");
  CHECK(body["outputs"][0]["parameters"]["binary_data_size"] == labels.size());
  CHECK_FALSE(body["outputs"][0].contains("data"));
  CHECK(body["outputs"][1]["parameters"]["binary_data_size"] == 8);
  CHECK(body["outputs"][2]["parameters"]["binary_data_size"] == 40);
  REQUIRE(rest.size() == labels.size() + 48);
  CHECK(rest.starts_with(labels));
  float confidence = 0;
  std::memcpy(&confidence, rest.data() + labels.size() + 4, 4);
  CHECK(confidence == 0.4F);

  json mixed = {{"inputs", json::array({tensor})}};
  mixed["outputs"] = {{{"name", "label"}, {"parameters", {{"binary_data", true}}}}, {{"name", "confidence"}}};
  const std::string mixed_head = mixed.dump();
  const Response some = ask(mixed_head + binary, std::to_string(mixed_head.size()));
  const json some_body = json::parse(some.body.substr(0, std::stoul(some.headers.at(0).second)));
  CHECK(some_body["outputs"][1]["data"] == json({0.4, 0.4}));
  CHECK(some.body.ends_with(labels));
}

TEST_CASE_FIXTURE(InferenceFixture, "what cannot be inferred is refused with what is wrong, in the protocol's words") {
  const json good = input(json::array({data}));
  CHECK(refusal(json::array()) == "The JSON is no object with the member inputs.");
  CHECK(refusal(json::object()) == "inputs is missing, or no list.");
  CHECK(refusal({{"inputs", json::array()}}) == "Expected one input, which is called image.");
  CHECK(refusal({{"inputs", {good, good}}}) == "Expected one input, which is called image.");
  json other = good;
  other["name"] = "input0";
  CHECK(refusal({{"inputs", json::array({other})}}) == "Expected one input, which is called image.");
  other = good;
  other["datatype"] = "FP32";
  CHECK(refusal({{"inputs", json::array({other})}}) == "Expected a tensor of the datatype BYTES.");
  CHECK(refusal({{"inputs", json::array({input(json::array({data}), {2})})}}) ==
        "A tensor has 1 elements, and its shape says 2.");
  CHECK(refusal({{"inputs", json::array({input(json::array({data}), {257})})}}) ==
        "A tensor has more than 256 elements.");
  CHECK(refusal({{"inputs", json::array({input(json::array({data}), {1, 1, 1})})}}) ==
        "Expected the shape [n] or [n,1] of n pictures.");
  CHECK(refusal({{"inputs", json::array({input(json::array({data}), {-1})})}}) ==
        "shape is missing, or no list of sizes.");
  CHECK(refusal({{"inputs", json::array({input(json::array({7}))})}}) ==
        "An element of a BYTES tensor is neither base64 nor a data URL that holds base64.");
  CHECK(refusal({{"inputs", json::array({good})}, {"outputs", json::array({{{"name", "softmax"}}})}}) ==
        "There is no such output. There are: label, confidence, probabilities.");
  const json label = {{"name", "label"}};
  CHECK(refusal({{"inputs", json::array({good})}, {"outputs", json::array({label, label, label, label})}}) ==
        "An output is asked for more than once.");
  CHECK(refusal({{"inputs", json::array({good})}, {"parameters", {{"charsets", "digits"}}}}) ==
        "A parameter is not known here. There are: charset, prior, binary_data_output.");
  CHECK(refusal({{"inputs", json::array({good})}, {"id", 7}}) == "id is missing, or no text.");
  CHECK(refusal({{"inputs", json::array({input(json::array({data, encode_base64("text")}), {2})})}}, 415)
            .starts_with("Picture 1: "));
  CHECK(refusal({{"inputs", json::array({input(json::array({""}))})}}, 422) == "Picture 0: The file is empty.");
  CHECK(ask("{", {}).status == 400);
  CHECK(ask("{}", "3").status == 400);
  CHECK(ask(json{{"inputs", json::array({good})}}.dump(), {}, "/v2/models/none/infer").status == 404);
  CHECK(ask(json{{"inputs", json::array({good})}}.dump(), {}, "/v2/models/cnn/versions/1/infer").status == 404);
  CHECK(ask(json{{"inputs", json::array({good})}}.dump(), {}, "/v2/models/cnn/versions/" + version + "/infer").status ==
        200);
}
