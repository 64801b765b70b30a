#include "models/models.hpp"

#include <inkling/io/safetensors/safetensors.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "fake_model.hpp"
#include "models/model_store.hpp"
#include "routes/model_routes.hpp"
#include "routes/service.hpp"
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

/// A copy of a shipped model whose metadata have the note `key` with `text`.
void copy_with_note(const std::filesystem::path& to, const std::string& key, const std::string& text) {
  inkling::Safetensors file = inkling::read_safetensors(source / "models/svm.safetensors");
  file.metadata.erase("accuracy");
  file.metadata[key] = text;
  inkling::write_safetensors(to, file);
}

}  // namespace

TEST_CASE("the models that are shipped pass their self-tests and read a seven") {
  ModelSet set = load_models(source / "models");
  for (const RefusedModel& model : set.refused) FAIL_CHECK(model.name, ": ", model.reason);
  REQUIRE(set.loaded.size() == 4);
  const ModelStore models(std::move(set));
  const FormStore forms;
  const Metrics metrics;
  const Service service(models, forms, metrics);
  const std::string picture = read(source / "examples/images/seven.png");
  for (const char* name : {"cnn", "mlp", "svm", "forest"}) {
    for (const char* prior : {"natural", "tempered", "uniform"}) {
      CAPTURE(name);
      CAPTURE(prior);
      const Response response = service.answer(
          {.method = "POST",
           .path = "/predict",
           .content_type = std::string(form_type),
           .body = inkling::server::test::form(
               {{"file", picture}, {"model", name}, {"prior", prior}, {"charset", "digits"}, {"top", "100"}})});
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
  copy_with_note(folder / "good.safetensors", "class_counts", counts + "]");
  copy_with_note(folder / "corrupt.safetensors", "class_counts", counts);
  const ModelSet models = load_models(folder / ".");
  REQUIRE(models.loaded.size() == 1);
  CHECK(models.loaded.front().name == "good");
  REQUIRE(models.loaded.front().prior.has_value());
  CHECK(models.loaded.front().prior->front() == doctest::Approx(3.0 / 49));
  REQUIRE(models.refused.size() == 1);
  CHECK(models.refused.front().name == "corrupt");
  CHECK(models.refused.front().reason.find("class_counts") != std::string::npos);
}

TEST_CASE("a model says how it did on images that it did not learn from, or does not, or is refused") {
  const inkling::test::TemporaryFolder folder;
  copy_with_note(folder / "good.safetensors", "accuracy", R"({"share":0.75,"samples":4,"on":"four pictures"})");
  copy_with_note(folder / "corrupt.safetensors", "accuracy", "0.75");
  copy_with_note(folder / "silent.safetensors", "other", "0.75");
  const ModelSet models = load_models(folder / ".");
  REQUIRE(models.loaded.size() == 2);
  CHECK(models.loaded[0].accuracy == inkling::MeasuredAccuracy{0.75, 4, "four pictures"});
  CHECK(models.loaded[1].accuracy.has_value() == false);
  REQUIRE(models.refused.size() == 1);
  CHECK(models.refused.front().reason.find("accuracy") != std::string::npos);
}

TEST_CASE("who answers keeps the models it began with; a bad file keeps the model it had") {
  ModelStore store(fake_models({"cnn", "svm"}));
  const auto before = store.current();
  const inkling::Classifier* kept = before->models().loaded.front().classifier.get();

  ModelSet next = fake_models({"forest"});
  next.refused.push_back({.name = "cnn", .reason = "cut short"});
  next.refused.push_back({.name = "new", .reason = "cut short"});
  store.replace(std::move(next));
  CHECK(before->models().loaded.size() == 2);

  const ModelSet& now = store.current()->models();
  REQUIRE(now.loaded.size() == 2);
  CHECK(now.loaded[0].name == "cnn");
  CHECK(now.loaded[0].classifier.get() == kept);
  CHECK(now.loaded[1].name == "forest");
  REQUIRE(now.refused.size() == 2);
  CHECK(now.refused[0].replaced);
  CHECK_FALSE(now.refused[1].replaced);
  CHECK(health(now).status == 503);  // "new" never worked
}

TEST_CASE("a model that is kept in the place of a bad file is healthy, and said to be stale") {
  ModelStore store(fake_models({"cnn"}));
  ModelSet next;
  next.refused.push_back({.name = "cnn", .reason = "cut short"});
  store.replace(std::move(next));
  const Response response = health(store.current()->models());
  CHECK(response.status == 200);
  CHECK(json::parse(response.body)["stale"] == json({"cnn"}));
}

TEST_CASE("without any model left, the models stay as they are") {
  ModelStore store(fake_models({"cnn"}));
  CHECK_THROWS_AS(store.replace(ModelSet{}), inkling::ValueError);
  CHECK(store.current()->models().loaded.size() == 1);
}

TEST_CASE("the network of lines that lies in the folder is loaded, refused when damaged, and kept meanwhile") {
  const inkling::test::TemporaryFolder folder;
  std::filesystem::copy(source / "models/svm.safetensors", folder / "svm.safetensors");
  const ModelSet none = load_models(folder.path());
  CHECK(none.lines == nullptr);
  CHECK(none.refused.empty());

  const std::filesystem::path file = folder / "lines/numbers.safetensors";
  std::filesystem::create_directory(file.parent_path());
  std::filesystem::copy(source / "models/lines/numbers.safetensors", file);
  const ModelSet good = load_models(folder.path());
  REQUIRE(good.lines != nullptr);
  CHECK(good.loaded.size() == 1);  // it is no classifier

  std::ofstream(file) << "no model";
  const ModelSet bad = with_fallback(load_models(folder.path()), good);
  REQUIRE(bad.refused.size() == 1);
  CHECK(bad.refused.front().name == "lines/numbers");
  CHECK(bad.refused.front().replaced);
  CHECK(bad.lines == good.lines);
  CHECK(bad.loaded.size() == 1);

  std::filesystem::remove(file);
  CHECK(with_fallback(load_models(folder.path()), good).lines == nullptr);
}
