#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/network.hpp>

#include <cstdint>
#include <string>

namespace inkling::inline INKLING_ABI::nn {

struct GradientCheckOptions {
  double step = 1e-6;      // of the central difference
  double relative = 1e-6;  // allowed error as a share of the gradient,
  double absolute = 1e-8;  // plus this
  std::uint64_t seed = 1;  // of the projection and of dropout

  void check() const;  // throws ValueError that names the first field out of range
};

/// The entry whose analytic and numeric gradients differ most, measured in units of the allowed error.
struct GradientCheckResult {
  double worst = 0;   // at most 1 when the check passed
  std::string where;  // "3.weight[17]" or "input[4]": 0.25 against 0.26
  bool passed() const noexcept { return worst <= 1; }
};

/// Compares backward with central differences of forward, for every parameter and the input, in double. The loss is the
/// sum of output times a fixed random projection. Every gradient is poisoned first, those between layers too, so that
/// an entry that backward forgets to write, or adds to, shows.
///
/// x: input x n, away from kinks such as a ReLU's 0.
GradientCheckResult check_gradients(BasicNetwork<double> network, MatrixOf<double> x,
                                    const GradientCheckOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/gradient_check.ipp>
#endif
