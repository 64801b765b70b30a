#pragma once

#include <inkling/core/config.hpp>

namespace inkling::inline INKLING_ABI {

/// What must stand out from the paper to be called ink.
struct InkOptions {
  double min_contrast = 0.08;  // share of the paper's light that the ink must take at least
  double min_signal = 4;       // ... and that many standard deviations of the paper's noise

  void check() const;  // throws ValueError that names the first field out of range
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/options.ipp>
#endif
