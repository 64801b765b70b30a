#pragma once

#include <inkling/nn/network.hpp>

namespace inkling::bench {

/// Floating-point operations on one sample, two for each use of a weight: what the direct way takes. Winograd's takes
/// fewer, so a share of the peak may exceed 1.
double forward_flop(const nn::Network& network, Index layer);
double forward_flop(const nn::Network& network);
/// The gradients of weights and of inputs each cost as much as the forward pass; the first layer's input needs none.
double training_flop(const nn::Network& network);

/// Multiply-adds per second of the register tile on data that stay in the first-level cache: the ceiling of everything
/// else. Measured once for each number of threads.
double measured_peak(int threads);

}  // namespace inkling::bench
