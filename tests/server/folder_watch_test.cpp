#include "models/folder_watch.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "temporary_folder.hpp"

using namespace inkling::server;

namespace {

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a change of the model files is told once, when it has settled") {
  const inkling::test::TemporaryFolder folder;
  write(folder / "a.safetensors", "1");
  FolderWatch watch((folder / "x").parent_path());
  CHECK_FALSE(watch.changed());
  write(folder / "b.safetensors", "22");
  CHECK_FALSE(watch.changed());
  write(folder / "b.safetensors", "333");  // still being written
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
  std::filesystem::remove(folder / "a.safetensors");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
  write(folder / "notes.txt", "x");
  CHECK_FALSE(watch.changed());
  CHECK_FALSE(watch.changed());
  const auto file = folder / "b.safetensors";
  std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + std::chrono::seconds(1));
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
}

TEST_CASE("a change of the network of lines is told, too") {
  const inkling::test::TemporaryFolder folder;
  write(folder / "a.safetensors", "1");
  FolderWatch watch(folder.path());
  std::filesystem::create_directory(folder / "lines");
  write(folder / "lines/numbers.safetensors", "22");
  CHECK_FALSE(watch.changed());
  CHECK(watch.changed());
  CHECK_FALSE(watch.changed());
}

TEST_CASE("a folder that is gone is an empty one") {
  FolderWatch watch("/nowhere/at/all");
  CHECK_FALSE(watch.changed());
  CHECK_FALSE(watch.changed());
}
