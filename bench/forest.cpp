#include <inkling/forest/random_forest.hpp>

#include <benchmark/benchmark.h>

#include "setup.hpp"

namespace inkling::bench {

void register_forest(const Settings& settings) {
  benchmark::RegisterBenchmark(
      "forest/fit/100",
      [=](benchmark::State& state) {
        Index samples = 0;
        for (auto _ : state) {
          benchmark::DoNotOptimize(
              RandomForest::fit(train_images(), {.trees = 100, .out_of_bag = false, .threads = settings.threads}));
          samples += train_images().size();
        }
        state.SetItemsProcessed(samples);
      })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();

  benchmark::RegisterBenchmark("forest/predict/100",
                               [=](benchmark::State& state) {
                                 static const RandomForest forest =
                                     RandomForest::fit(train_images(), {.trees = 100, .out_of_bag = false});
                                 const Pixels images = test_images().pixels();
                                 Index samples = 0;
                                 for (auto _ : state) {
                                   benchmark::DoNotOptimize(forest.predict(images, settings.threads));
                                   samples += images.cols();
                                 }
                                 state.SetItemsProcessed(samples);
                               })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

}  // namespace inkling::bench
