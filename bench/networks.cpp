#include <inkling/data/dataset.hpp>
#include <inkling/nn/inference/bf16.hpp>
#include <inkling/nn/inference/fuse.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>
#include <inkling/nn/training/optimizer.hpp>
#include <inkling/nn/training/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "reference_networks.hpp"
#include "roofline.hpp"
#include "setup.hpp"

namespace inkling::bench {
namespace {

void report(benchmark::State& state, Index samples, double flop_per_sample, const Settings& settings) {
  state.SetItemsProcessed(samples);
  state.counters["share_of_peak"] = benchmark::Counter(
      static_cast<double>(samples) * flop_per_sample / measured_peak(settings.threads), benchmark::Counter::kIsRate);
}

void train(benchmark::State& state, const ReferenceNetwork& candidate, const Settings& settings) {
  const Dataset& all = train_images();
  const Dataset data = all.take(candidate.train_samples);
  std::vector<std::string> names = data.class_names();
  for (Index c = data.num_classes(); c < candidate.classes; ++c) names.push_back("unused " + std::to_string(c));
  const Dataset classes(data.image_shape(), data.pixels(), data.labels(), names);
  const nn::Network network = candidate.make(classes.image_shape(), candidate.classes, 1);
  Index samples = 0;
  for (auto _ : state) {
    nn::fit_network(network, classes,
                    {.optimizer = nn::AdamW{.weight_decay = 0},
                     .epochs = 1,
                     .micro_batch = candidate.micro_batch,
                     .threads = settings.threads});
    samples += classes.size();
  }
  report_work(state, training_work(network, data.size(), candidate.micro_batch), settings.threads);
  report(state, samples, training_flop(network), settings);
}

void infer(benchmark::State& state, const ReferenceNetwork& candidate, Index batch, bool bf16,
           const Settings& settings) {
  std::vector<std::string> names;
  for (Index c = 0; c < candidate.classes; ++c) names.push_back(std::to_string(c));
  const nn::Network network = candidate.make(test_images().image_shape(), candidate.classes, 1);
  const nn::NetworkClassifier classifier(network, names, bf16 ? nn::fuse_bf16(network) : nn::fuse(network));
  const Pixels images = test_images().pixels(0, batch);
  Index samples = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(classifier.logits(images, settings.threads));
    samples += batch;
  }
  report_work(state, inference_work(classifier.network(), batch), settings.threads);
  report(state, samples, forward_flop(classifier.network()), settings);
}

}  // namespace

void register_networks(const Settings& settings) {
  for (const ReferenceNetwork& candidate : reference_networks()) {
    benchmark::RegisterBenchmark(("train/" + candidate.name).c_str(),
                                 [=](benchmark::State& state) { train(state, candidate, settings); })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  for (const ReferenceNetwork& candidate : reference_networks()) {
    for (const Index batch : {1, 256}) {
      benchmark::RegisterBenchmark(("infer/" + candidate.name + "/" + std::to_string(batch)).c_str(),
                                   [=](benchmark::State& state) { infer(state, candidate, batch, false, settings); })
          ->Unit(benchmark::kMicrosecond)
          ->UseRealTime();
    }
  }
  for (const ReferenceNetwork& candidate : reference_networks()) {
    benchmark::RegisterBenchmark(("infer_bf16/" + candidate.name + "/256").c_str(),
                                 [=](benchmark::State& state) { infer(state, candidate, 256, true, settings); })
        ->Unit(benchmark::kMicrosecond)
        ->UseRealTime();
  }
}

}  // namespace inkling::bench
