#include "forms/forms.hpp"

#include <inkling/core/error.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "fake_model.hpp"
#include "forms/form_store.hpp"
#include "routes/service.hpp"
#include "temporary_folder.hpp"

using namespace inkling::server;
using namespace inkling::server::test;
using nlohmann::json;

namespace {

const std::filesystem::path examples = std::filesystem::path(INKLING_SOURCE_DIR) / "examples/forms";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void put(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// The form of the examples under another name.
std::string named(const std::string& name) {
  std::string text = content_of(examples / "form.json");
  const std::string old = "village-vote";
  return text.replace(text.find(old), old.size(), name);
}

FormSet load(const std::filesystem::path& folder) {
  return load_forms(folder, fake_models({"cnn"}));
}

}  // namespace

TEST_CASE("forms are loaded from a folder and the folders in it, by their names") {
  const inkling::test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "inside");
  for (const auto& place : {folder / "", folder / "inside"}) {
    std::filesystem::copy_file(examples / "blank.png", place / "blank.png");
  }
  put(folder / "b.json", named("b"));
  put(folder / "inside/form.json", named("a"));
  put(folder / "inside/other.json", named("never"));
  put(folder / "broken.json", "{");
  put(folder / "twice.json", named("b"));
  put(folder / "notes.txt", "x");
  const FormSet forms = load(folder / "");
  REQUIRE(forms.loaded.size() == 2);
  CHECK(forms.loaded[0].layout.name == "a");
  CHECK(forms.loaded[1].layout.name == "b");
  CHECK(forms.find("b") == &forms.loaded[1]);
  CHECK(forms.find("never") == nullptr);
  REQUIRE(forms.refused.size() == 2);
  CHECK(forms.refused[0].file.ends_with("broken.json"));
  CHECK(forms.refused[1].reason == "there is a form of this name already");
}

TEST_CASE("a form without its picture, or with one of another size, is refused") {
  const inkling::test::TemporaryFolder folder;
  put(folder / "a.json", named("a"));
  CHECK(load(folder / "").refused.at(0).reason.find("blank.png: it cannot be read") != std::string::npos);
  put(folder / "blank.png", picture());
  CHECK(load(folder / "").refused.at(0).reason.find("another size") != std::string::npos);
  CHECK_THROWS_AS(load(folder / "nowhere"), inkling::FileError);
}

TEST_CASE("forms are listed, shown, and their pages read; a page of something else is refused by its status") {
  const ModelStore models(fake_models({"cnn"}));
  const FormStore forms(load(examples));
  const Metrics metrics;
  const Service service(models, forms, metrics);
  const auto get = [&](const std::string& path) { return service.answer({.method = "GET", .path = path}); };
  const json list = json::parse(get("/forms").body)["forms"];
  REQUIRE(list.size() == 1);
  CHECK(list[0]["name"] == "village-vote");
  CHECK(list[0]["edition"] == "1");
  CHECK(list[0]["width"] == 1240);
  CHECK(list[0]["fields"].size() == 8);
  const json form = json::parse(get("/forms/village-vote").body);
  CHECK(form["fields"][0]["box"] == json({700, 330, 270, 54}));
  CHECK(get("/forms/none").status == 404);
  CHECK(get("/forms/village-vote").route == "/forms/{name}");

  const auto read = [&](const std::string& name, const std::string& body) {
    return service.answer(
        {.method = "POST", .path = "/forms/" + name + "/read", .content_type = "image/png", .body = body});
  };
  const json page = json::parse(read("village-vote", content_of(examples / "filled-1.png")).body);
  CHECK(page["form"] == "village-vote");
  CHECK(page["fields"]["votes01"]["text"] == "111");  // which the fake model reads always
  CHECK(page["fields"]["votes01"]["cells"].size() == 3);
  CHECK_FALSE(page.contains("picture"));
  CHECK(page["model"] == "cnn");
  CHECK(page["version"] == std::string(12, 'a'));
  CHECK(page["sha256"] == std::string(64, 'a'));
  const Response other = read("village-vote", picture());
  CHECK(other.status == 200);
  CHECK(json::parse(other.body)["status"] == "refused");
  CHECK(read("none", picture()).status == 404);
  CHECK(read("village-vote", "text").status == 415);
}

TEST_CASE("without forms there are none") {
  const ModelStore models(fake_models({"cnn"}));
  const FormStore forms;
  const Metrics metrics;
  CHECK(Service(models, forms, metrics).answer({.method = "GET", .path = "/forms"}).body == R"({"forms":[]})");
}
