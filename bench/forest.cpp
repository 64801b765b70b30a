#include <inkling/data/emnist.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/fit_forest.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/model/metrics.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "roofline.hpp"
#include "setup.hpp"

namespace inkling::bench {
namespace {

const HogOptions gradients{.cells = {4, 7}, .norm = HogNorm::l1_sqrt, .deskew = true};

/// Splits that all samples together pass in all trees.
double passed_splits(const RandomForest& forest, const Pixels& features) {
  double splits = 0;
  for (Index i = 0; i < features.cols(); ++i) {
    for (const std::uint32_t root : forest.roots()) {
      const forest::Node* node = &forest.nodes()[root];
      for (; !node->is_leaf(); ++splits) {
        node = &forest.nodes()[node->child + (features(node->feature, i) > node->threshold ? 1U : 0U)];
      }
    }
  }
  return splits;
}

/// At each split that a sample passes, its bytes of `tried` features are counted, each beside its class.
Work fit_work(const RandomForest& forest, const Dataset& data, double tried) {
  constexpr Index some = 1000;
  const double share = static_cast<double>(data.size()) / some;
  const double counted = share * tried * passed_splits(forest, data.take(some).pixels());
  return {counted, 2 * counted};
}

/// Grows a forest once for each iteration; the last one's accuracy and file stand beside the time.
void fit(benchmark::State& state, const Dataset& train, const Dataset& test, const ForestOptions& options) {
  std::optional<RandomForest> forest;
  Index fitted = 0;
  for (auto _ : state) {
    forest = fit_forest(train, options);
    fitted += train.size();
  }
  state.SetItemsProcessed(fitted);
  if (!options.hog) report_work(state, fit_work(*forest, train, 28), options.threads);
  state.counters["accuracy"] = accuracy(test.labels(), forest->predict(test.pixels(), options.threads));
  state.counters["nodes"] = static_cast<double>(forest->nodes().size());
  state.counters["file_bytes"] = static_cast<double>(safetensors_bytes(encode_model(*forest)).size());
}

void register_fit(const std::string& name, const ForestOptions& options) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) { fit(state, train_images(), test_images(), options); })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

/// The folder $INKLING_BYMERGE with EMNIST bymerge; its forests take long, so they are left out without it.
void register_bymerge(const std::string& name, const ForestOptions& options) {
  const char* const folder = std::getenv("INKLING_BYMERGE");
  if (folder == nullptr) return;
  benchmark::RegisterBenchmark(name.c_str(),
                               [=, path = std::string(folder)](benchmark::State& state) {
                                 fit(state, load_emnist(path, Split::bymerge, Part::train),
                                     load_emnist(path, Split::bymerge, Part::test), options);
                               })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime()
      ->Iterations(1);
}

void register_predict(const std::string& name, const Settings& settings, Index batch) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 static const RandomForest forest =
                                     fit_forest(train_images(), {.trees = 100, .out_of_bag = false});
                                 const Pixels images = test_images().pixels(0, batch);
                                 Index predicted = 0;
                                 for (auto _ : state) {
                                   benchmark::DoNotOptimize(forest.predict(images, settings.threads));
                                   predicted += images.cols();
                                 }
                                 state.SetItemsProcessed(predicted);
                                 // A node and a byte at each.
                                 const double splits = passed_splits(forest, images);
                                 report_work(state, {splits, splits * (sizeof(forest::Node) + 1)}, settings.threads);
                               })
      ->Unit(benchmark::kMicrosecond)
      ->UseRealTime();
}

}  // namespace

void register_forest(const Settings& settings) {
  const int threads = settings.threads;
  register_fit("forest/fit/100", {.trees = 100, .out_of_bag = false, .threads = threads});
  register_fit("forest_hog/fit/100", {.trees = 100, .out_of_bag = false, .hog = gradients, .threads = threads});
  register_bymerge("forest/fit/bymerge/200", {.trees = 200, .out_of_bag = false, .threads = threads});
  register_bymerge("forest_hog/fit/bymerge/200",
                   {.trees = 200, .out_of_bag = false, .hog = gradients, .threads = threads});
  register_predict("forest/predict/100", settings, test_images().size());
  register_predict("forest/predict/100/one", settings, 1);
}

}  // namespace inkling::bench
