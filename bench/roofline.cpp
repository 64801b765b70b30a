#include "roofline.hpp"

#include <inkling/core/parallel.hpp>
#include <inkling/nn/kernels/tile.hpp>
#include <inkling/nn/kernels/winograd.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>

#include <algorithm>
#include <chrono>
#include <map>

namespace inkling::bench {
namespace {

using namespace nn::kernels;

double measure_peak(int threads) {
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

/// As forward_flop, but that Winograd's products count as they are.
double product_flop(const nn::Network& network, Index layer) {
  const auto* const convolution = dynamic_cast<const nn::Conv2d*>(&network.layer(layer));
  if (convolution == nullptr) return forward_flop(network, layer);
  const auto& settings = convolution->settings();
  const Index channels = convolution->weight().cols() / (settings.kernel * settings.kernel);
  if (!winograd_fits<float>(settings.kernel, settings.stride, channels, settings.filters)) {
    return forward_flop(network, layer);
  }
  const Shape out = network.output_shape(layer);
  const Index tiles = WinogradSizes{{}, out, 0, 0}.tiles();
  return 2.0 * static_cast<double>(winograd_points * channels * settings.filters * tiles);
}

double input_values(const nn::Network& network, Index layer) {
  return static_cast<double>(layer == 0 ? network.input_shape().size() : network.output_shape(layer - 1).size());
}
double output_values(const nn::Network& network, Index layer) {
  return static_cast<double>(network.output_shape(layer).size());
}

}  // namespace

void report_work(benchmark::State& state, const Work& of_iteration, int threads) {
  const auto per_second = [](double amount) {
    return benchmark::Counter(amount, benchmark::Counter::kIsIterationInvariantRate);
  };
  state.counters["flop_per_second"] = per_second(of_iteration.flop);
  state.counters["bytes_per_second"] = per_second(of_iteration.bytes);
  state.counters["share_of_peak"] = per_second(of_iteration.flop / measured_peak(threads));
}

Work inference_work(const nn::Network& network, Index samples) {
  Work work;
  for (Index i = 0; i < network.size(); ++i) {
    const bool pools = network.layer(i).kind() == "max_pool2d";
    const double flop = product_flop(network, i);
    work.flop += flop * static_cast<double>(samples);
    // Others are part of the product before them, or do nothing.
    if (flop > 0 || pools) {
      work.bytes += 4 * static_cast<double>(samples) * (input_values(network, i) + output_values(network, i));
    }
  }
  work.bytes += 4 * static_cast<double>(network.parameter_count());
  return work;
}

Work training_work(const nn::Network& network, Index samples, Index micro_batch) {
  constexpr double batch = 128;
  const auto count = static_cast<double>(samples);
  Work work;
  bool first = true;
  for (Index i = 0; i < network.size(); ++i) {
    const double flop = product_flop(network, i);
    work.flop += count * flop * (first && flop > 0 ? 2 : 3);
    first &= flop == 0;
    // Forward reads x and writes y; backward reads x and dy and writes dx.
    work.bytes += 4 * count * (3 * input_values(network, i) + 2 * output_values(network, i));
  }
  // Weights are read twice and a gradient is written; Adam reads a weight, its gradient and two moments, and writes
  // three.
  const auto parameters = static_cast<double>(network.parameter_count());
  work.bytes += 4 * parameters * (3 * count / static_cast<double>(micro_batch) + 7 * count / batch);
  return work;
}

double forward_flop(const nn::Network& network, Index layer) {
  if (const auto* const block = dynamic_cast<const nn::Residual*>(&network.layer(layer))) {
    return forward_flop(*block->path()) + (block->shortcut() != nullptr ? forward_flop(*block->shortcut()) : 0);
  }
  if (const auto* const scale = dynamic_cast<const nn::SqueezeExcite*>(&network.layer(layer))) {
    return forward_flop(scale->gate());
  }
  double flop = 0;
  for (const auto& parameter : network.layer(layer).parameters()) {
    if (parameter.role == nn::Role::weight) {
      flop += 2.0 * static_cast<double>(parameter.value.size() * network.output_shape(layer).pixels());
    }
  }
  return flop;
}

double forward_flop(const nn::Network& network) {
  double flop = 0;
  for (Index i = 0; i < network.size(); ++i) flop += forward_flop(network, i);
  return flop;
}

double training_flop(const nn::Network& network) {
  Index first = 0;
  while (first + 1 < network.size() && forward_flop(network, first) == 0) ++first;
  return 3 * forward_flop(network) - forward_flop(network, first);
}

double measured_peak(int threads) {
  static std::map<int, double> peaks;
  const auto [entry, added] = peaks.try_emplace(threads);
  if (added) entry->second = measure_peak(threads);
  return entry->second;
}

double measured_bandwidth() {
  constexpr Index count = 16'000'000;  // three times 64 MB
  const Vector b = Vector::Ones(count), c = Vector::Ones(count);
  Vector a = Vector::Zero(count);
  double best = 0;
  for (int attempt = 0; attempt < 10; ++attempt) {
    const auto start = std::chrono::steady_clock::now();
    a = b + 3 * c;
    benchmark::ClobberMemory();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, 3 * sizeof(float) * static_cast<double>(count) / seconds);
  }
  return best;
}

}  // namespace inkling::bench
