#include <inkling/svm/linear_svm.hpp>

#include <benchmark/benchmark.h>

#include "setup.hpp"

namespace inkling::bench {

void register_svm(const Settings& settings) {
  benchmark::RegisterBenchmark(
      "svm/fit",
      [=](benchmark::State& state) {
        Index samples = 0;
        for (auto _ : state) {
          benchmark::DoNotOptimize(LinearSvm::fit(train_images(), {.c = 0.05, .threads = settings.threads}));
          samples += train_images().size();
        }
        state.SetItemsProcessed(samples);
      })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

}  // namespace inkling::bench
