#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/io/model/checkpoint.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/trainer.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "temporary_folder.hpp"

using namespace inkling;

namespace {

Dataset blobs(std::uint64_t seed) {
  Rng rng(seed);
  Pixels pixels(16, 40);  // a class each has its ink in one half
  std::vector<Label> labels;
  for (Index i = 0; i < pixels.cols(); ++i) {
    labels.push_back(static_cast<Label>(rng.below(2)));
    for (Index p = 0; p < pixels.rows(); ++p) {
      pixels(p, i) = static_cast<std::uint8_t>(rng.below(160) + (p / 8 == labels.back() ? 90U : 0U));
    }
  }
  return Dataset({4, 4, 1}, pixels, labels, {"a", "b"});
}

nn::Network small_network() {
  nn::Network network({4, 4, 1}, 7);
  network.add(nn::Conv2d({.filters = 3, .bias = false}))
      .add(nn::BatchNorm())
      .add(nn::Relu())
      .add(nn::Dropout({.rate = 0.2}))
      .add(nn::Flatten())
      .add(nn::Dense({.units = 2}));
  return network;
}

nn::NetworkOptions options(const nn::Optimizer& optimizer, Index epochs, double average = 0) {
  return {.optimizer = optimizer, .epochs = epochs, .batch = 16, .micro_batch = 8, .average = average, .threads = 1};
}

std::vector<Matrix> weights(const nn::Network& network) {
  std::vector<Matrix> values;
  for (const nn::Parameter<float>* parameter : network.parameters()) values.push_back(parameter->value);
  return values;
}

/// The state after two epochs.
nn::TrainingState trained_state(const nn::Optimizer& optimizer, bool validate, double average = 0) {
  nn::TrainingState result{.network = small_network()};
  nn::NetworkOptions two = options(optimizer, 2, average);
  if (validate) two.validation = blobs(2);
  two.on_checkpoint = [&](const nn::TrainingState& state) { result = state; };
  nn::fit_network(small_network(), blobs(1), two);
  return result;
}

void check_equal(const nn::TrainingState& a, const nn::TrainingState& b) {
  CHECK(weights(a.network) == weights(b.network));
  CHECK(a.optimizer.steps == b.optimizer.steps);
  CHECK(a.optimizer.micro_batches == b.optimizer.micro_batches);
  CHECK(a.optimizer.first == b.optimizer.first);
  CHECK(a.optimizer.second == b.optimizer.second);
  CHECK(a.epoch == b.epoch);
  CHECK(a.batch == b.batch);
  CHECK(a.batch_loss == b.batch_loss);
  CHECK(a.batch_correct == b.batch_correct);
  CHECK(a.seconds == b.seconds);
  CHECK(a.best_accuracy == b.best_accuracy);
  CHECK(a.best_epoch == b.best_epoch);
  REQUIRE(a.average.has_value() == b.average.has_value());
  if (a.average) CHECK(weights(*a.average) == weights(*b.average));
  REQUIRE(a.best.has_value() == b.best.has_value());
  if (a.best) CHECK(weights(*a.best) == weights(*b.best));
}

}  // namespace

TEST_CASE("a checkpoint holds all of the state, for each optimiser") {
  const test::TemporaryFolder folder;
  for (const nn::Optimizer& optimizer : {nn::Optimizer(nn::AdamW{}), nn::Optimizer(nn::Sgd{})}) {
    for (const bool validate : {false, true}) {
      for (const double average : {0.0, 0.5}) {
        nn::TrainingState state = trained_state(optimizer, validate, average);
        REQUIRE(state.epoch == 2);
        state.batch = 3;  // of an epoch that was cut
        state.batch_loss = 0.1 + 0.2;
        state.batch_correct = 17;
        REQUIRE(state.best.has_value() == validate);
        REQUIRE(state.average.has_value() == (average > 0));
        save_checkpoint(state, folder / "run");
        check_equal(load_checkpoint(folder / "run"), state);
      }
    }
  }
}

TEST_CASE("the notes of a checkpoint are read without its weights") {
  const test::TemporaryFolder folder;
  const CheckpointNotes notes{{"seed", "1"}, {"data", "\"\u00e9\n"}};
  save_checkpoint({.network = small_network()}, folder / "run", notes);
  CHECK(read_checkpoint_notes(folder / "run") == notes);
  CHECK(load_checkpoint(folder / "run").epoch == 0);
  save_checkpoint({.network = small_network()}, folder / "run");
  CHECK(read_checkpoint_notes(folder / "run").empty());

  CHECK_THROWS_AS(read_checkpoint_notes(folder / "none"), FileError);
  write_safetensors(folder / "other", Safetensors{{{"format", "inkling"}}, {}});
  CHECK_THROWS_AS(read_checkpoint_notes(folder / "other"), FormatError);
}

TEST_CASE("a run that has not begun can be saved") {
  const test::TemporaryFolder folder;
  const nn::TrainingState state{.network = small_network()};
  save_checkpoint(state, folder / "run");
  check_equal(load_checkpoint(folder / "run"), state);
}

TEST_CASE("a run that goes on from a checkpoint ends with the bits of one that was never stopped") {
  const test::TemporaryFolder folder;
  for (const nn::Optimizer& optimizer : {nn::Optimizer(nn::AdamW{}), nn::Optimizer(nn::Sgd{})}) {
    for (const double average : {0.0, 0.5}) {
      save_checkpoint(trained_state(optimizer, false, average), folder / "run");
      const auto resumed = nn::fit_network(load_checkpoint(folder / "run"), blobs(1), options(optimizer, 4, average));
      const auto whole = nn::fit_network(small_network(), blobs(1), options(optimizer, 4, average));
      CHECK(weights(resumed.network()) == weights(whole.network()));
    }
  }
}

TEST_CASE("a damaged checkpoint is refused with a message") {
  const test::TemporaryFolder folder;
  save_checkpoint(trained_state(nn::AdamW{}, true, 0.5), folder / "run");
  const Safetensors good = read_safetensors(folder / "run");
  const auto expect = [&](const std::string& message, const std::function<void(Safetensors&)>& damage) {
    Safetensors file = good;
    damage(file);
    const std::vector<std::byte> bytes = safetensors_bytes(file);
    std::ofstream(folder / "damaged", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    std::string got;
    try {
      load_checkpoint(folder / "damaged");
    } catch (const FormatError& error) {
      got = error.what();
    }
    CAPTURE(got);
    CAPTURE(message);
    CHECK(got.find((folder / "damaged").string()) != std::string::npos);
    CHECK(got.find(message) != std::string::npos);
  };
  const auto with = [](const std::string& key, const std::string& value) {
    return [=](Safetensors& file) { file.metadata[key] = value; };
  };
  for (const auto& [key, value] : good.metadata) {
    if (key == "written_by" || key == "optimizer_micro_batches") continue;
    expect("the metadata has no \"" + key + '"', [&](Safetensors& file) { file.metadata.erase(key); });
  }
  for (const auto& [name, tensor] : good.tensors) {
    expect("'" + name + "': it is missing", [&](Safetensors& file) { file.tensors.erase(name); });
    expect("'" + name + "': expected dimensions", [&](Safetensors& file) { file.tensors[name].dims.push_back(1); });
    expect("'" + name + "': value 0 is not a finite number", [&](Safetensors& file) {
      const float nan = std::numeric_limits<float>::quiet_NaN();
      std::memcpy(file.tensors[name].bytes.data(), &nan, sizeof nan);
    });
  }
  expect("expected format \"inkling-checkpoint\"", with("format", "inkling"));
  expect("expected format_version", with("format_version", "9"));
  expect("not valid JSON", with("notes", "{"));
  expect("expected an object of texts as notes", with("notes", "[1]"));
  expect("expected an object of texts as notes", with("notes", "{\"seed\":1}"));
  expect("expected a number", with("epoch", "two"));
  expect("expected a number", with("seconds", "inf"));
  expect("out of range", with("epoch", "-1"));
  expect("out of range", with("batch", "-1"));
  expect("out of range", with("batch_correct", "-1"));
  expect("expected a number", with("batch_loss", "nan"));
  expect("out of range", with("best_epoch", "3"));
  expect("out of range", with("optimizer_micro_batches", "-1"));
  expect("out of range", with("optimizer_moments", "3"));
  expect("it has no place in this model", with("optimizer_moments", "1"));
  expect("it has no place in this model", with("best_epoch", "0"));
  expect("it has no place in this model", with("averages", "false"));
  expect("expected averages to be true or false, got \"perhaps\"", with("averages", "perhaps"));
  expect("unknown layer", with("architecture", R"([{"kind":"teleport","options":{}}])"));
}

TEST_CASE("what cannot be stored keeps the checkpoint before") {
  const test::TemporaryFolder folder;
  nn::TrainingState state{.network = small_network()};
  save_checkpoint(state, folder / "run");
  state.network.parameters()[0]->value(0, 0) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_AS(save_checkpoint(state, folder / "run"), ValueError);
  CHECK(load_checkpoint(folder / "run").epoch == 0);
}

namespace {

using Contents = std::vector<char>;

Contents read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Whether a checkpoint of these bytes is loaded; else it is refused by an Error.
bool loads(const std::filesystem::path& path, const Contents& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  try {
    load_checkpoint(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("a checkpoint cut anywhere is refused") {
  const test::TemporaryFolder folder;
  save_checkpoint(trained_state(nn::Sgd{}, true), folder / "run");
  const Contents whole = read_all(folder / "run");
  for (std::size_t size = 0; size < whole.size(); size += size < 64 || size + 64 > whole.size() ? 1 : 7) {
    CAPTURE(size);
    CHECK_FALSE(loads(folder / "cut", Contents(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))));
  }
}

TEST_CASE("ten thousand changed bytes of a checkpoint are refused, or harmless") {
  const test::TemporaryFolder folder;
  save_checkpoint(trained_state(nn::AdamW{}, true, 0.5), folder / "run");
  const Contents whole = read_all(folder / "run");
  REQUIRE(loads(folder / "changed", whole));
  Rng rng(3);
  int loaded = 0;
  for (int i = 0; i < 10'000; ++i) {
    Contents changed = whole;
    // Half of the changes fall on the header, where they mean most.
    const auto range = static_cast<std::uint32_t>(i % 2 == 0 ? whole.size() : whole.size() / 4);
    char& byte = changed[rng.below(range)];
    byte = static_cast<char>(byte ^ static_cast<char>(1U << rng.below(8)));
    loaded += loads(folder / "changed", changed) ? 1 : 0;
  }
  CHECK(loaded > 100);  // numbers that are only a little off
}
