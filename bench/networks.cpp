#include <inkling/core/parallel.hpp>
#include <inkling/nn/kernels/tile.hpp>
#include <inkling/nn/trainer.hpp>
#include <inkling/nn/zoo.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "setup.hpp"

namespace inkling::bench {
namespace {

using MakeNetwork = std::function<nn::Network(const Shape&, Index, std::uint64_t)>;

struct Candidate {
  std::string name;
  Index classes;
  Index train_samples;  // a run
  Index micro_batch;    // batch norm wants the usual 32; without it, larger ones move the weights less often
  MakeNetwork make;
};

std::vector<Candidate> candidates() {
  const auto vgg = [](const Shape& image, Index classes, std::uint64_t seed) { return nn::vgg(image, classes, seed); };
  return {
      {"lenet", 10, 6400, 64, nn::lenet<float>}, {"vgg", 47, 6400, 32, vgg}, {"mlp", 10, 60000, 64, nn::mlp<float>}};
}

/// Floating-point operations of one forward pass on one sample: two for each use of a weight.
double forward_flop(const nn::Network& network) {
  double flop = 0;
  for (Index i = 0; i < network.size(); ++i) {
    for (const auto& parameter : network.layer(i).parameters()) {
      if (parameter.role == nn::Role::weight) {
        flop += 2.0 * static_cast<double>(parameter.value.size() * network.output_shape(i).pixels());
      }
    }
  }
  return flop;
}

/// Multiply-adds per second of the register tile on data that stay in the first-level cache, on all threads: the
/// ceiling of everything else.
double measured_peak(int threads) {
  using namespace nn::kernels;
  constexpr Index depth = 64;
  constexpr int rounds = 20000;
  const Vector a = Vector::Constant(depth * tile_rows<float>, 1e-3F);
  const Vector b = Vector::Constant(depth * tile_columns, 1e-3F);
  const int workers = thread_count(threads);
  double best = 0;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto start = std::chrono::steady_clock::now();
    parallel_for(workers, threads, [&](Index, int) {
      Vector result(tile_rows<float> * tile_columns);
      Tile<float, tile_columns> tile;
      tile.clear();
      for (int round = 0; round < rounds; ++round) {
        tile.accumulate(depth, a.data(), tile_rows<float>, b.data(), depth, 1);
      }
      tile.write(result.data(), tile_rows<float>, tile_rows<float>, false);
      benchmark::DoNotOptimize(result.data());
      benchmark::ClobberMemory();
    });
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double flop = 2.0 * rounds * depth * tile_rows<float> * tile_columns * workers;
    best = std::max(best, flop / seconds);
  }
  return best;
}

void report(benchmark::State& state, Index samples, double flop_per_sample, const Settings& settings) {
  static const double peak = measured_peak(settings.threads);
  state.SetItemsProcessed(samples);
  state.counters["peak"] = peak;
  state.counters["share_of_peak"] =
      benchmark::Counter(static_cast<double>(samples) * flop_per_sample / peak, benchmark::Counter::kIsRate);
}

void train(benchmark::State& state, const Candidate& candidate, const Settings& settings) {
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
  // The gradients of weights and of inputs each cost as much as the forward pass (the first layer's input needs none).
  report(state, samples, 3 * forward_flop(network), settings);
}

void infer(benchmark::State& state, const Candidate& candidate, Index batch, const Settings& settings) {
  std::vector<std::string> names;
  for (Index c = 0; c < candidate.classes; ++c) names.push_back(std::to_string(c));
  const nn::NetworkClassifier classifier(candidate.make(test_images().image_shape(), candidate.classes, 1), names);
  const Pixels images = test_images().pixels(0, batch);
  Index samples = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(classifier.logits(images, settings.threads));
    samples += batch;
  }
  report(state, samples, forward_flop(classifier.network()), settings);
}

}  // namespace

void register_networks(const Settings& settings) {
  for (const Candidate& candidate : candidates()) {
    benchmark::RegisterBenchmark(("train/" + candidate.name).c_str(),
                                 [=](benchmark::State& state) { train(state, candidate, settings); })
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
  for (const Candidate& candidate : candidates()) {
    for (const Index batch : {1, 256}) {
      benchmark::RegisterBenchmark(("infer/" + candidate.name + "/" + std::to_string(batch)).c_str(),
                                   [=](benchmark::State& state) { infer(state, candidate, batch, settings); })
          ->Unit(benchmark::kMicrosecond)
          ->UseRealTime();
    }
  }
}

}  // namespace inkling::bench
