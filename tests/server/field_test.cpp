#include "routes/field.hpp"

#include <inkling/io/model/line_file.hpp>
#include <inkling/picture/encode.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fake_model.hpp"
#include "http/problem.hpp"
#include "models/recogniser.hpp"

using namespace inkling::server;
using namespace inkling::server::test;
using nlohmann::json;

namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// A PNG file: three upright strokes on white paper, 40 pixels apart.
std::string strokes() {
  inkling::GreyImage image(160, 64, 255);
  for (const inkling::Index left : {30, 70, 110}) {
    for (inkling::Index y = 12; y < 52; ++y) {
      for (inkling::Index x = left; x < left + 6; ++x) image(x, y) = 0;
    }
  }
  const auto bytes = inkling::encode_png(image);
  return {bytes.begin(), bytes.end()};
}

std::shared_ptr<const Recogniser> recogniser_of(ModelSet models) {
  return std::make_shared<const Recogniser>(std::move(models));
}

json answer(const std::shared_ptr<const Recogniser>& recogniser, const Fields& fields) {
  return json::parse(
      predict_field(
          recogniser,
          {.method = "POST", .path = "/predict/field", .content_type = std::string(form_type), .body = form(fields)})
          .body);
}

/// With which the fields are refused; 200 when they are not.
int status(const std::shared_ptr<const Recogniser>& recogniser, const Fields& fields) {
  try {
    answer(recogniser, fields);
    return 200;
  } catch (const Problem& problem) {
    return problem.status;
  }
}

}  // namespace

TEST_CASE("a field is answered with its characters and their boxes") {
  const auto recogniser = recogniser_of(fake_models({"svm", "cnn"}));
  const json body = answer(recogniser, {{"file", strokes()}, {"top", "2"}});
  CHECK(body["prediction"] == "AAA");
  CHECK(body["fits"] == true);
  CHECK(body["model"] == "cnn");
  REQUIRE(body["characters"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const json& character = body["characters"][i];
    CHECK(character["label"] == "A");
    CHECK(character["confidence"] == 0.4);
    REQUIRE(character["candidates"].size() == 2);
    CHECK(character["candidates"][1]["label"] == "C");
    const std::vector<double> box = character["box"];
    REQUIRE(box.size() == 4);
    CHECK(box[0] == doctest::Approx(30 + 40.0 * static_cast<double>(i)).epsilon(0.05));
    CHECK(box[1] == doctest::Approx(12).epsilon(0.1));
    CHECK(box[2] == doctest::Approx(6).epsilon(0.2));
    CHECK(box[3] == doctest::Approx(40).epsilon(0.05));
  }
}

TEST_CASE("a number is read as a whole where the folder of models has a network for it") {
  ModelSet models = fake_models({"cnn"});
  models.lines = inkling::find_lines(std::filesystem::path(INKLING_SOURCE_DIR) / "models");
  const auto recogniser = recogniser_of(std::move(models));
  const json body = answer(recogniser, {{"file", strokes()}, {"charset", "digits"}});
  CHECK(body["prediction"] == "111");
  CHECK(body["model"] == "cnn");
  REQUIRE(body["characters"].size() == 3);
  REQUIRE(body["lattice"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(body["lattice"][i]["from"] == i);
    CHECK(body["lattice"][i]["to"] == i + 1);
    const std::vector<double> box = body["characters"][i]["box"];
    CHECK(box[0] == doctest::Approx(30 + 40.0 * static_cast<double>(i)).epsilon(0.1));
    CHECK(box[3] == doctest::Approx(40).epsilon(0.1));
  }
  CHECK(answer(recogniser, {{"file", strokes()}})["prediction"] == "111");  // the surer of both
  CHECK(answer(recogniser, {{"file", strokes()}, {"charset", "letters"}})["prediction"] == "AAA");
}

TEST_CASE("the lattice has the best reading at score 0, and what else could be one character below it") {
  const json body = answer(recogniser_of(fake_models({"cnn"})), {{"file", strokes()}, {"top", "2"}});
  REQUIRE(body["lattice"].size() >= 3);
  std::size_t best = 0;
  for (const json& way : body["lattice"]) {
    CHECK(way["from"].get<int>() < way["to"].get<int>());
    CHECK(way["to"].get<int>() <= 3);
    CHECK(way["score"].get<double>() <= 0);
    CHECK(way["box"].size() == 4);
    CHECK(way["candidates"].size() == 2);
    if (way["score"] == 0.0) CHECK(way["box"] == body["characters"][best++]["box"]);
  }
  CHECK(best == 3);
}

TEST_CASE("the fields of the form say how a line is read") {
  const auto recogniser = recogniser_of(fake_models({"svm", "cnn"}));
  CHECK(answer(recogniser, {{"file", strokes()}, {"charset", "digits"}})["prediction"] == "111");
  CHECK(answer(recogniser, {{"file", strokes()}, {"pattern", "A#/A"}})["prediction"] == "A1/A");
  CHECK(answer(recogniser, {{"file", strokes()}, {"model", "svm"}})["model"] == "svm");
  CHECK(answer(recogniser, {{"file", strokes()}, {"charset", ""}, {"pattern", ""}})["prediction"] == "AAA");
}

TEST_CASE("a tempered or uniform prior needs a model that says what its prior was; the default is natural") {
  for (const char* prior : {"tempered", "uniform"}) {
    CHECK(status(recogniser_of(fake_models({"cnn"})), {{"file", strokes()}, {"prior", prior}}) == 422);
  }
  ModelSet models = fake_models({"cnn"});
  models.loaded.front().prior = {0.1, 0.1, 0.5, 0.2, 0.1};
  const auto recogniser = recogniser_of(std::move(models));
  CHECK(answer(recogniser, {{"file", strokes()}})["prediction"] == "AAA");
  CHECK(answer(recogniser, {{"file", strokes()}, {"prior", "uniform"}})["prediction"] == "CCC");
}

TEST_CASE("what cannot be read is refused") {
  const auto recogniser = recogniser_of(fake_models({"cnn"}));
  CHECK(status(recogniser, {}) == 400);
  CHECK(status(recogniser, {{"file", strokes()}, {"model", "none"}}) == 400);
  CHECK(status(recogniser, {{"file", strokes()}, {"pattern", "#*"}}) == 400);
  CHECK(status(recogniser, {{"file", strokes()}, {"pattern", std::string(65, '#')}}) == 400);
  CHECK(status(recogniser, {{"file", strokes()}, {"pattern", "#"}, {"charset", "upper"}}) == 400);
  CHECK(status(recogniser, {{"file", "text"}}) == 415);
  CHECK(status(recogniser, {{"file", strokes().substr(0, 200)}}) == 422);
  CHECK(status(recogniser, {{"file", picture(/*ink=*/false)}}) == 422);
}
