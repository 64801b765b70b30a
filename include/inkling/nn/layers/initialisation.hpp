#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>

#include <cmath>

namespace inkling::inline INKLING_ABI::nn {

/// How weights start, so that signals keep their size from layer to layer.
enum class Initialisation {
  he,      // normal with variance 2 / inputs, for ReLU (He et al. 2015, arXiv:1502.01852)
  glorot,  // uniform with variance 2 / (inputs + outputs), for layers without ReLU (Glorot and Bengio 2010)
};

/// Overwrites `weights`. inputs, outputs: the number of values that one output depends on, and that depend on one
/// input.
template <typename S>
void initialise(MatrixOf<S>& weights, Index inputs, Index outputs, Initialisation how, Rng& rng) {
  const double he = std::sqrt(2.0 / static_cast<double>(inputs));
  const double glorot = std::sqrt(6.0 / static_cast<double>(inputs + outputs));
  for (S& weight : weights.reshaped()) {
    const double value = how == Initialisation::he ? he * static_cast<double>(rng.normal())
                                                   : glorot * (2.0 * static_cast<double>(rng.uniform()) - 1.0);
    weight = static_cast<S>(value);
  }
}

inline const char* to_string(Initialisation how) noexcept {
  return how == Initialisation::he ? "he" : "glorot";
}

}  // namespace inkling::inline INKLING_ABI::nn
