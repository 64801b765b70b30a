#pragma once

#include <inkling/nn/network.hpp>

#include <benchmark/benchmark.h>

namespace inkling::bench {

/// What an iteration of a benchmark computes, and moves at the least, known by count.
struct Work {
  double flop = 0;  // of products alone; or comparisons and additions of a forest
  double bytes = 0;
};

/// The counters that roofline.py reads.
void report_work(benchmark::State& state, const Work& of_iteration, int threads);

/// Floating-point operations on one sample, two for each use of a weight: what the direct way takes. Winograd's takes
/// fewer, so a share of the peak may exceed 1.
double forward_flop(const nn::Network& network, Index layer);
double forward_flop(const nn::Network& network);
/// The gradients of weights and of inputs each cost as much as the forward pass; the first layer's input needs none.
double training_flop(const nn::Network& network);

/// Of `samples` that are classified together: the products, of which Winograd's count as they are, without transforms;
/// and what layers read and write, with the weights once.
Work inference_work(const nn::Network& network, Index samples);
/// Of `samples` in micro-batches, and a step of Adam each 128.
Work training_work(const nn::Network& network, Index samples, Index micro_batch);

/// Multiply-adds per second of the register tile on data that stay in the first-level cache: the ceiling of everything
/// else. Measured once for each number of threads.
double measured_peak(int threads);
/// Bytes per second of a[i] = b[i] + 3 c[i] on one thread, over more than the caches hold (McCalpin 1995, "STREAM").
double measured_bandwidth();

}  // namespace inkling::bench
