#pragma once

#include <inkling/core/config.hpp>

#include <functional>

namespace inkling::inline INKLING_ABI::nn {

/// The learning rate over a run: maps progress in [0, 1] to a factor of the optimiser's learning rate. A pure function,
/// so that a resumed run continues where it stood.
using Schedule = std::function<double(double progress)>;

Schedule constant();

struct OneCycleOptions {
  double peak_at = 0.25;  // share of the run in which the rate rises
  double start = 0.04;    // factor at the beginning
  double end = 1e-3;      // factor at the end

  void check() const;  // throws ValueError that names the first field out of range
};

/// Rises to the full rate, then falls, along half cosines (Smith and Topin 2018, arXiv:1708.07120).
Schedule one_cycle(const OneCycleOptions& options = {});

struct CosineOptions {
  double warm_up = 0;  // share of the run in which the rate first rises from 0, along half a cosine, too
  double end = 0;      // factor at the end

  void check() const;  // throws ValueError that names the first field out of range
};

/// Falls from the full rate along half a cosine (Loshchilov and Hutter 2017, arXiv:1608.03983).
Schedule cosine(const CosineOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/training/schedule.ipp>
#endif
