// Every number in a public struct of options is walked by one of the tests beside this one.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "contains.hpp"

using inkling::test::contains;

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct OptionsStruct {
  std::string name;
  std::string body;
};

/// The public structs whose name says that they are options, and the others that check themselves.
std::vector<OptionsStruct> public_options() {
  const std::regex begin(R"(\nstruct (\w+) \{\n)");
  std::vector<OptionsStruct> found;
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(fs::path(INKLING_SOURCE_DIR) / "include" / "inkling")) {
    if (entry.path().extension() != ".hpp" || contains(entry.path().generic_string(), "/detail/")) continue;
    const std::string text = read(entry.path());
    for (std::sregex_iterator match(text.begin(), text.end(), begin), end; match != end; ++match) {
      const auto from = static_cast<std::size_t>(match->position() + match->length());
      const OptionsStruct options{(*match)[1], text.substr(from, text.find("\n};", from) - from)};
      if (options.name.ends_with("Options") || contains(options.body, "void check() const;")) found.push_back(options);
    }
  }
  return found;
}

/// The fields that are numbers. Any seed will do.
std::vector<std::string> numbers_of(const OptionsStruct& options) {
  const std::regex field(
      R"(\n *(?:std::optional<)?(?:std::vector<)?(?:Index|int|double|float|std::size_t)>*\s(\w+)\s*=)");
  const std::string body = "\n" + options.body;
  std::vector<std::string> names;
  for (std::sregex_iterator match(body.begin(), body.end(), field), end; match != end; ++match) {
    names.push_back((*match)[1]);
  }
  return names;
}

std::string all_walks() {
  std::string text;
  for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(INKLING_SOURCE_DIR) / "tests" / "options")) {
    if (entry.path().extension() == ".cpp") text += read(entry.path());
  }
  return text;
}

}  // namespace

TEST_CASE("every number of every public struct of options is walked") {
  const std::string walks = all_walks();
  std::size_t fields = 0;
  for (const OptionsStruct& options : public_options()) {
    for (const std::string& name : numbers_of(options)) {
      CAPTURE(options.name);
      CAPTURE(name);
      CHECK(
          std::regex_search(walks, std::regex("\"" + name + "\",\\s+&(\\w+::)*" + options.name + "::" + name + "\\)")));
      ++fields;
    }
  }
  CHECK(fields > 150);
}

TEST_CASE("every public struct of options that has numbers checks itself") {
  for (const OptionsStruct& options : public_options()) {
    CAPTURE(options.name);
    if (options.name == "CandidateOptions") continue;  // any count of candidates will do; the prior checks itself
    CHECK((numbers_of(options).empty() || contains(options.body, "void check() const;")));
  }
}
