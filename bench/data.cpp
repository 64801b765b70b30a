#include <inkling/data/emnist.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "setup.hpp"

namespace inkling::bench {
namespace {

/// The dataset's samples over and over, up to `count`.
Dataset repeated(const Dataset& dataset, Index count) {
  std::vector<Index> samples(static_cast<std::size_t>(count));
  for (Index i = 0; i < count; ++i) samples[static_cast<std::size_t>(i)] = i % dataset.size();
  return dataset.subset(samples);
}

Dataset load(Part part, Index count) {
  if (const char* const folder = std::getenv("INKLING_MNIST")) return load_emnist(folder, Split::mnist, part);
  return repeated(load_emnist(INKLING_SAMPLE_DIR, Split::mnist, Part::test), count);
}

}  // namespace

const Dataset& train_images() {
  static const Dataset images = load(Part::train, 60000);
  return images;
}

const Dataset& test_images() {
  static const Dataset images = load(Part::test, 10000);
  return images;
}

void register_data(const Settings&) {
  benchmark::RegisterBenchmark("load/idx_gz", [](benchmark::State& state) {
    Index images = 0;
    for (auto _ : state) images += load_emnist(INKLING_SAMPLE_DIR, Split::mnist, Part::test).size();
    state.SetItemsProcessed(images);
  })->Unit(benchmark::kMillisecond);
}

}  // namespace inkling::bench
