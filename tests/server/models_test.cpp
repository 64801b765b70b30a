#include "models.hpp"

#include <inkling/io/safetensors.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "fake_model.hpp"
#include "recogniser.hpp"
#include "service.hpp"
#include "temporary_folder.hpp"

using namespace inkling::server;
using namespace inkling::server::test;
using nlohmann::json;

namespace {

const std::filesystem::path source = INKLING_SOURCE_DIR;

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A copy of a shipped model whose metadata say that its class counts are `text`.
void copy_with_counts(const std::filesystem::path& to, const std::string& text) {
  inkling::Safetensors file = inkling::read_safetensors(source / "models/svm.safetensors");
  file.metadata["class_counts"] = text;
  inkling::write_safetensors(to, file);
}

}  // namespace

TEST_CASE("the models that are shipped pass their self-tests and read a seven") {
  ModelSet models = load_models(source / "models");
  for (const RefusedModel& model : models.refused) FAIL_CHECK(model.name, ": ", model.reason);
  REQUIRE(models.loaded.size() == 4);
  const Recogniser recogniser(std::move(models));
  const Service service(recogniser);
  const std::string picture = read(source / "examples/images/seven.png");
  for (const char* name : {"cnn", "mlp", "svm", "forest"}) {
    for (const char* prior : {"natural", "uniform"}) {
      CAPTURE(name);
      CAPTURE(prior);
      const Response response = service.answer(
          {.method = "POST",
           .path = "/predict",
           .content_type = std::string(form_type),
           .body =
               form({{"file", picture}, {"model", name}, {"prior", prior}, {"charset", "digits"}, {"top", "100"}})});
      CHECK(response.status == 200);
      const json body = json::parse(response.body);
      CHECK(body["prediction"] == "7");
      CHECK(body["model"] == name);
      double sum = 0;
      for (const json& candidate : body["candidates"]) sum += candidate["probability"].get<double>();
      CHECK(sum == doctest::Approx(1).epsilon(1e-4));
    }
  }
}

TEST_CASE("a model says how frequent its classes were, or does not, or is refused") {
  const inkling::test::TemporaryFolder folder;
  std::string counts = "[3";
  for (int c = 1; c < 47; ++c) counts += ",1";
  copy_with_counts(folder / "good.safetensors", counts + "]");
  copy_with_counts(folder / "corrupt.safetensors", counts);
  const ModelSet models = load_models(folder / ".");
  REQUIRE(models.loaded.size() == 1);
  CHECK(models.loaded.front().name == "good");
  REQUIRE(models.loaded.front().prior.has_value());
  CHECK(models.loaded.front().prior->front() == doctest::Approx(3.0 / 49));
  REQUIRE(models.refused.size() == 1);
  CHECK(models.refused.front().name == "corrupt");
  CHECK(models.refused.front().reason.find("class_counts") != std::string::npos);
}
