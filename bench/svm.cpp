#include <inkling/features/hog.hpp>
#include <inkling/svm/fit_svm.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <benchmark/benchmark.h>

#include <optional>

#include "setup.hpp"

namespace inkling::bench {
namespace {

/// Reports the objective, summed over the classes, so that a peer's can be compared at the same quality.
void fit_svm(benchmark::State& state, const SvmOptions& options) {
  double primal = 0;
  double dual = 0;
  for (auto _ : state) {
    const LinearSvm svm = fit_svm(train_images(), options);
    primal = dual = 0;
    for (const SvmConvergence& end : svm.convergence()) {
      primal += end.primal;
      dual += end.dual;
    }
  }
  state.SetItemsProcessed(state.iterations() * train_images().size());
  state.counters["primal"] = primal;
  state.counters["gap"] = primal - dual;
}

}  // namespace

void register_svm(const Settings& settings) {
  const auto add = [](const char* name, const auto& run) {
    benchmark::RegisterBenchmark(name, run)->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  add("svm/fit", [=](benchmark::State& state) { fit_svm(state, {.c = 0.05, .threads = settings.threads}); });
  add("svm_hog/fit",
      [=](benchmark::State& state) { fit_svm(state, {.c = 0.3, .hog = HogOptions{}, .threads = settings.threads}); });
  add("hog", [=](benchmark::State& state) {
    const Hog hog(test_images().image_shape());
    const Pixels images = test_images().pixels();
    for (auto _ : state) benchmark::DoNotOptimize(hog.byte_features(images, settings.threads));
    state.SetItemsProcessed(state.iterations() * images.cols());
  });
}

}  // namespace inkling::bench
