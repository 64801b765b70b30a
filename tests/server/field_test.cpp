#include "field.hpp"

#include <inkling/core/error.hpp>
#include <inkling/image/encode.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fake_model.hpp"
#include "problem.hpp"
#include "service.hpp"

using namespace inkling::server;
using namespace inkling::server::test;
using nlohmann::json;

namespace {

/// A PNG file: three upright strokes on white paper, 40 pixels apart.
std::vector<std::uint8_t> strokes() {
  inkling::GreyImage image(160, 64, 255);
  for (const inkling::Index left : {30, 70, 110}) {
    for (inkling::Index y = 12; y < 52; ++y) {
      for (inkling::Index x = left; x < left + 6; ++x) image(x, y) = 0;
    }
  }
  return inkling::encode_png(image);
}

}  // namespace

TEST_CASE("a field is answered with its characters and their boxes") {
  const Model model = std::move(fake_models({"cnn"}).loaded.front());
  const json body = read_field(model, strokes(), {.top = 2});
  CHECK(body["prediction"] == "AAA");
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
  CHECK(read_field(model, strokes(), {.charset = inkling::CharSet::parse("digits")})["prediction"] == "111");
  CHECK(read_field(model, strokes(), {.pattern = inkling::Pattern::parse("A#/A")})["prediction"] == "A1/A");
}

TEST_CASE("a uniform prior needs a model that says what its prior was") {
  Model model = std::move(fake_models({"cnn"}).loaded.front());
  CHECK_THROWS_AS(read_field(model, strokes(), {.uniform_prior = true}), inkling::FormatError);
  model.prior = {0.1, 0.1, 0.5, 0.2, 0.1};
  CHECK(read_field(model, strokes(), {.uniform_prior = true})["prediction"] == "CCC");
}

TEST_CASE("the route takes a form, and refuses what cannot be read") {
  const Recogniser recogniser(fake_models({"svm", "cnn"}));
  const Service service(recogniser);
  const std::vector<std::uint8_t> png = strokes();
  const std::string file(png.begin(), png.end());
  const auto post = [&](const std::vector<std::pair<std::string, std::string>>& fields) {
    return service.answer(
        {.method = "POST", .path = "/predict/field", .content_type = std::string(form_type), .body = form(fields)});
  };
  const auto status = [&](const std::vector<std::pair<std::string, std::string>>& fields) {
    try {
      return post(fields).status;
    } catch (const Problem& problem) {
      return problem.status;
    }
  };
  const json body = json::parse(post({{"file", file}, {"model", "svm"}, {"pattern", "#A#"}}).body);
  CHECK(body["prediction"] == "1A1");
  CHECK(body["model"] == "svm");
  CHECK(status({{"file", file}, {"pattern", ""}, {"charset", ""}}) == 200);
  CHECK(status({}) == 400);
  CHECK(status({{"file", file}, {"model", "none"}}) == 400);
  CHECK(status({{"file", file}, {"pattern", "#*"}}) == 400);
  CHECK(status({{"file", file}, {"pattern", std::string(65, '#')}}) == 400);
  CHECK(status({{"file", file}, {"pattern", "#"}, {"charset", "upper"}}) == 400);
  CHECK(status({{"file", "text"}}) == 415);
  CHECK(status({{"file", file.substr(0, file.size() / 2)}}) == 422);
  CHECK(status({{"file", picture(/*ink=*/false)}}) == 422);
}
