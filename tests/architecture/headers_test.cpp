// The rules that docs/architecture.md states for include/, checked on the files themselves.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::string umbrella = "inkling/inkling.hpp";
const std::string decoder =
    "inkling/codec/decode.hpp";  // needs the image libraries, so its users include it themselves
const std::string pictures = "inkling/normalise/labelled_pictures.hpp";  // needs the decoder
const std::string run = "inkling/form/run/run.hpp";                      // needs SQLite
const std::string review = "inkling/form/run/review.hpp";                // does, too
const std::string barcode = "inkling/form/barcode/read_barcode.hpp";     // needs ZXing
const std::string mpi = "inkling/mpi.hpp";                               // needs MPI

const std::string config = "inkling/core/config.hpp";

struct Header {
  std::string text;
  std::vector<std::string> includes;  // of the library's own headers
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// By the name in an #include directive, such as "inkling/core/error.hpp".
const std::map<std::string, Header>& headers() {
  static const auto all = [] {
    const fs::path root = fs::path(INKLING_SOURCE_DIR) / "include";
    const std::regex include(R"(#include [<"](inkling/[^>"]+)[>"])");
    std::map<std::string, Header> found;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "inkling")) {
      if (entry.path().extension() != ".hpp" && entry.path().extension() != ".ipp") continue;
      Header header{.text = read(entry.path()), .includes = {}};
      for (std::sregex_iterator match(header.text.begin(), header.text.end(), include), end; match != end; ++match) {
        header.includes.push_back((*match)[1]);
      }
      found.emplace(fs::relative(entry.path(), root).generic_string(), std::move(header));
    }
    return found;
  }();
  return all;
}

/// "core" of "inkling/core/error.hpp"; a header directly in inkling/ counts as a folder of its own: "recipes".
std::string folder_of(const std::string& header) {
  const auto first = header.find('/') + 1;
  return header.substr(first, header.find_first_of("/.", first) - first);
}

bool is_detail(const std::string& header) {
  return header.find("/detail/") != std::string::npos;
}

/// X.ipp holds the bodies of what X.hpp declares.
bool is_bodies(const std::string& header) {
  return header.ends_with(".ipp");
}

std::string bodies_of(const std::string& header) {
  return header.substr(0, header.size() - 3) + "ipp";
}

/// The folder that a private header belongs to: "inkling/svm/" of "inkling/svm/detail/newton.hpp".
std::string owner_of(const std::string& detail_header) {
  return detail_header.substr(0, detail_header.find("detail/"));
}

TEST_CASE("the umbrella includes every public header but those that need other libraries, in order") {
  std::vector<std::string> expected;
  for (const auto& [name, header] : headers()) {
    if (name != umbrella && name != decoder && name != pictures && name != run && name != review && name != barcode &&
        name != mpi && !is_detail(name) && !is_bodies(name)) {
      expected.push_back(name);
    }
  }
  CHECK_FALSE(expected.empty());
  REQUIRE(headers().contains(umbrella));
  CHECK(headers().at(umbrella).includes == expected);
}

TEST_CASE("imports only point downwards, and neighbours do not know one another") {
  const std::map<std::string, int> floors{
      {"core", 0}, {"data", 1},    {"picture", 1},     {"codec", 2}, {"ink", 2},     {"features", 2}, {"normalise", 3},
      {"line", 4}, {"model", 5},   {"nn", 6},          {"svm", 6},   {"forest", 6},  {"read", 6},     {"io", 7},
      {"form", 8}, {"recipes", 8}, {"line_recipe", 8}, {"adapt", 9}, {"version", 0}, {"mpi", 1}};
  for (const auto& [name, header] : headers()) {
    if (name == umbrella) continue;
    CAPTURE(name);
    const std::string folder = folder_of(name);
    REQUIRE(floors.contains(folder));
    for (const std::string& include : header.includes) {
      CAPTURE(include);
      REQUIRE(headers().contains(include));
      const std::string other = folder_of(include);
      if (other != folder) CHECK(floors.at(other) < floors.at(folder));
    }
  }
}

TEST_CASE("what lies in detail/ is included by its own folder alone") {
  for (const auto& [name, header] : headers()) {
    for (const std::string& include : header.includes) {
      CAPTURE(name);
      CAPTURE(include);
      if (is_detail(include)) CHECK(name.starts_with(owner_of(include)));
    }
  }
}

TEST_CASE("a folder has at most fifteen headers") {
  std::map<std::string, int> count;
  for (const auto& [name, header] : headers()) {
    if (!is_bodies(name)) ++count[name.substr(0, name.rfind('/'))];
  }
  for (const auto& [folder, files] : count) {
    CAPTURE(folder);
    CHECK(files <= 15);
  }
}

TEST_CASE("no header includes itself, even through others") {
  std::set<std::string> done;
  std::vector<std::string> path;
  const std::function<void(const std::string&)> visit = [&](const std::string& name) {
    CAPTURE(path);
    REQUIRE(std::find(path.begin(), path.end(), name) == path.end());
    if (done.contains(name)) return;
    path.push_back(name);
    for (const std::string& include : headers().at(name).includes) {
      if (include != bodies_of(name)) visit(include);
    }
    path.pop_back();
    done.insert(name);
  };
  for (const auto& [name, header] : headers()) {
    if (!is_bodies(name)) visit(name);
  }
}

TEST_CASE("bodies are included by their own header alone, at its end, unless they are compiled") {
  for (const auto& [name, header] : headers()) {
    CAPTURE(name);
    for (const std::string& include : header.includes) CHECK((!is_bodies(include) || include == bodies_of(name)));
    if (is_bodies(name)) continue;
    const std::string ending = "\n#ifndef INKLING_COMPILED\n#include <" + bodies_of(name) + ">\n#endif\n";
    CHECK(header.text.ends_with(ending) == headers().contains(bodies_of(name)));
  }
  for (const auto& [name, header] : headers()) {
    if (!is_bodies(name)) continue;
    CAPTURE(name);
    const std::string declarations = name.substr(0, name.size() - 3) + "hpp";
    CHECK(std::find(header.includes.begin(), header.includes.end(), declarations) != header.includes.end());
  }
}

/// What the preprocessor does to one file that includes one header, without INKLING_COMPILED: every file once.
class Preprocessor {
 public:
  /// A file's own text stands after its includes, but a header's bodies come after its text.
  void include(const std::string& name) {
    if (!begun_.insert(name).second) return;
    for (const std::string& other : headers().at(name).includes) {
      if (other == bodies_of(name)) continue;
      include(other);
      if (!seen_.contains(other)) too_early_ += name + " needs " + other + '\n';
    }
    seen_.insert(name);
    if (!is_bodies(name) && headers().contains(bodies_of(name))) include(bodies_of(name));
  }

  /// "A needs B" for each file A whose text is there before what it includes.
  const std::string& too_early() const { return too_early_; }

 private:
  std::set<std::string> begun_;
  std::set<std::string> seen_;  // their text but for the bodies
  std::string too_early_;
};

TEST_CASE("header-only, and whichever public header comes first, a file stands after what it includes") {
  for (const auto& [name, header] : headers()) {
    if (is_bodies(name) || is_detail(name)) continue;
    CAPTURE(name);
    Preprocessor preprocessor;
    preprocessor.include(name);
    CHECK(preprocessor.too_early() == "");
  }
}

TEST_CASE("every header guards itself") {
  for (const auto& [name, header] : headers()) {
    CAPTURE(name);
    CHECK(header.text.find("#pragma once") != std::string::npos);
  }
}

TEST_CASE("everything lies in the namespace that is named after the flags") {
  const std::regex plain(R"((^|\n)namespace inkling(::[a-z_]+)* \{)");
  for (const auto& [name, header] : headers()) {
    if (name == umbrella || name == "inkling/version.hpp" || name == config) continue;
    CAPTURE(name);
    CHECK_FALSE(std::regex_search(header.text, plain));
    if (is_bodies(name)) continue;
    CHECK(std::find(header.includes.begin(), header.includes.end(), config) != header.includes.end());
  }
}

TEST_CASE("OpenMP is named in one file") {
  const std::regex openmp(R"(\bomp_\w+\(|#pragma omp|<omp\.h>)");
  for (const auto& [name, header] : headers()) {
    CAPTURE(name);
    CHECK(std::regex_search(header.text, openmp) == (name == "inkling/core/parallel.ipp"));
  }
}

TEST_CASE("the library neither prints nor ends the program nor changes global state") {
  const std::regex forbidden(
      R"(\bstd::(cout|cerr|clog)\b|\b(printf|fprintf|puts|perror|abort|exit|quick_exit|terminate|assert)\(|)"
      R"(\bstd::(rand|srand)\b|setNbThreads|omp_set_num_threads|setlocale)");
  for (const auto& [name, header] : headers()) {
    CAPTURE(name);
    std::smatch match;
    CHECK_MESSAGE(!std::regex_search(header.text, match, forbidden), match.str());
  }
}

}  // namespace
