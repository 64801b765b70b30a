#include <inkling/core/rng.hpp>
#include <inkling/io/model/line_file.hpp>
#include <inkling/io/model/model_info.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "contains.hpp"
#include "line_networks.hpp"
#include "temporary_folder.hpp"

using namespace inkling;

namespace {

nn::LineNetwork small_lines() {
  return nn::LineNetwork(test::small_line_network(16), {"0", "1"}, {.margin = 6, .temperature = 1.5F});
}

FloatImage some_line() {
  Rng rng(2);
  FloatImage line(37, 8);
  for (float& value : line.values()) value = rng.uniform();
  return line;
}

std::vector<std::byte> bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::vector<std::byte> bytes;
  for (std::istreambuf_iterator<char> at(in); at != std::istreambuf_iterator<char>(); ++at) {
    bytes.push_back(static_cast<std::byte>(*at));
  }
  return bytes;
}

}  // namespace

TEST_CASE("a network of lines comes back as it was saved") {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "numbers.safetensors";
  const nn::LineNetwork lines = small_lines();
  save_line_network(lines, file, {.trained_on = "made up", .notes = {{"why", "a test"}}});
  const nn::LineNetwork loaded = load_line_network(file);
  CHECK(loaded.class_names() == lines.class_names());
  CHECK(loaded.options().temperature == 1.5F);
  CHECK(loaded.options().margin == 6);
  CHECK(loaded.steps(some_line()).log_probabilities == lines.steps(some_line()).log_probabilities);
  CHECK_THROWS_AS(save_line_network(lines, file, {.notes = {{"margin", "1"}}}), ValueError);
  CHECK_THROWS_AS(save_line_network(nn::LineNetwork(test::small_line_network(16), {"\xFF", "1"}), file), ValueError);
  const ModelInfo info = read_model_info(file);
  CHECK(info.kind == "lines");
  CHECK(info.trained_on == "made up");
  CHECK(info.notes.at("why") == "a test");

  save_line_network(lines, file, {.storage = Storage::f16});
  const Matrix rounded = load_line_network(file).steps(some_line()).log_probabilities;
  CHECK((rounded - lines.steps(some_line()).log_probabilities).cwiseAbs().maxCoeff() < 0.02F);
}

TEST_CASE("the network of a folder of models is found, or there is none") {
  const test::TemporaryFolder folder;
  CHECK(find_lines(folder.path()) == nullptr);
  std::filesystem::create_directory(folder.path() / "lines");
  save_line_network(small_lines(), folder.path() / "lines/numbers.safetensors");
  REQUIRE(find_lines(folder.path()) != nullptr);
  CHECK(find_lines(folder.path())->height() == 8);
  std::ofstream(folder.path() / "lines/numbers.safetensors") << "no model";
  CHECK_THROWS_AS(find_lines(folder.path()), FormatError);
}

TEST_CASE("classifiers and networks of lines are not taken for each other") {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "numbers.safetensors";
  save_line_network(small_lines(), file);
  try {
    load_model(file);
    FAIL("it was loaded");
  } catch (const FormatError& error) {
    CHECK(test::contains(error.what(), "load_line_network"));
  }
  CHECK_THROWS_AS(load_line_network(std::filesystem::path(INKLING_SOURCE_DIR) / "models/svm.safetensors"), FormatError);
}

TEST_CASE("a damaged file is refused, or says what it said before") {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "numbers.safetensors";
  save_line_network(small_lines(), file);
  const std::vector<std::byte> bytes = bytes_of(file);
  const Matrix expected = small_lines().steps(some_line()).log_probabilities;
  for (std::size_t length = 0; length < bytes.size(); length += 7) {
    CHECK_THROWS_AS(load_line_network(std::span<const std::byte>(bytes).first(length), "cut"), FormatError);
  }
  Rng rng(5);
  for (int i = 0; i < 1000; ++i) {
    std::vector<std::byte> damaged = bytes;
    damaged[rng.below(static_cast<std::uint32_t>(bytes.size()))] ^= std::byte{1} << static_cast<int>(rng.below(8));
    try {
      const nn::LineNetwork lines = load_line_network(damaged, "damaged");
      const bool said_apart = lines.options().temperature != 1.5F || lines.options().margin != 6;  // no weights
      if (said_apart || lines.height() != 8) continue;
      CHECK((lines.steps(some_line()).log_probabilities - expected).cwiseAbs().maxCoeff() < 0.1F);
    } catch (const Error&) {
    }
  }
}
