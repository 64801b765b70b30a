#include "roofline.hpp"

#include <inkling/core/parallel.hpp>
#include <inkling/nn/kernels/tile.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>

#include <benchmark/benchmark.h>

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

}  // namespace

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

}  // namespace inkling::bench
