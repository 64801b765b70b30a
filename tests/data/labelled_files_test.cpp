#include <inkling/data/labelled_files.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "contains.hpp"
#include "temporary_folder.hpp"

using namespace inkling;

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

std::string fault(const std::filesystem::path& folder) {
  try {
    labelled_files(folder);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("folders are labels, sorted, and only pictures count") {
  const test::TemporaryFolder folder;
  write(folder.path() / "7" / "b.PNG", "");
  write(folder.path() / "7" / "a.jpg", "");
  write(folder.path() / "1" / "z.png", "");
  write(folder.path() / "1" / "notes.txt", "");
  write(folder.path() / "readme.png", "");
  const auto files = labelled_files(folder.path());
  REQUIRE(files.size() == 3);
  CHECK(files[0] == LabelledFile{folder.path() / "1" / "z.png", "1"});
  CHECK(files[1] == LabelledFile{folder.path() / "7" / "a.jpg", "7"});
  CHECK(files[2] == LabelledFile{folder.path() / "7" / "b.PNG", "7"});
  CHECK(has_labelled_files(folder.path()));
}

TEST_CASE("labels.csv names files in its own order, and quotes what it must") {
  const test::TemporaryFolder folder;
  write(folder.path() / "a,1.png", "");
  write(folder.path() / "b.png", "");
  write(folder.path() / "labels.csv", "file,origin,text\r\nb.png,x,\",\"\r\n\"a,1.png\",y,\"\"\"\"\r\n\r\n");
  const auto files = labelled_files(folder.path());
  REQUIRE(files.size() == 2);
  CHECK(files[0] == LabelledFile{folder.path() / "b.png", ","});
  CHECK(files[1] == LabelledFile{folder.path() / "a,1.png", "\""});
}

TEST_CASE("what is wrong with a folder is said, with the line") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(has_labelled_files(folder.path()));
  CHECK(test::contains(fault(folder.path()), "expected pictures in folders by label"));
  CHECK(test::contains(fault(folder.path() / "nowhere"), "found none"));
  write(folder.path() / "a.png", "");
  write(folder.path() / "labels.csv",
        "\xEF\xBB\xBF"
        "file,text\na.png,7\n");  // as Excel writes it
  CHECK(labelled_files(folder.path()).front().label == "7");
  write(folder.path() / "labels.csv", "name,text\na.png,a\n");
  CHECK(test::contains(fault(folder.path()), "line 1: expected the columns file and text"));
  write(folder.path() / "labels.csv", "file,text\na.png,a\na.png\n");
  CHECK(test::contains(fault(folder.path()), "line 3: expected a file and a label"));
  write(folder.path() / "labels.csv", "file,text\nb.png,a\n");
  CHECK(test::contains(fault(folder.path()), "there is no file b.png"));
  write(folder.path() / "labels.csv", "file,text\n\n" + std::string(20000, ','));
  CHECK(test::contains(fault(folder.path()), "line 3: expected at most 10000 bytes, got 20000"));
}
