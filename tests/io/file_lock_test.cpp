#include <inkling/core/error.hpp>
#include <inkling/io/file_lock.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "temporary_folder.hpp"

using namespace inkling;

TEST_CASE("a lock is held by one at a time, and nothing is left of it") {
  const test::TemporaryFolder folder;
  auto first = std::make_unique<FileLock>(folder / "run");
  CHECK_THROWS_WITH_AS(FileLock(folder / "run"), doctest::Contains("run: another process is using it"), FileError);
  const FileLock other(folder / "other run");
  first.reset();
  CHECK_NOTHROW(FileLock(folder / "run"));
  CHECK_FALSE(std::filesystem::exists(folder / "run.lock"));
}

TEST_CASE("what a process that was killed has left behind locks nobody out") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "run.lock").close();
  CHECK_NOTHROW(FileLock(folder / "run"));
}

TEST_CASE("a lock that cannot be made is an error") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_AS(FileLock(folder / "missing/run"), FileError);
}
