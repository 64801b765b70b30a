#pragma once

#include <vector>

/// An axis that begins and ends at a tick.
struct Axis {
  double low = 0;
  double high = 1;
  std::vector<double> ticks;  // multiples of 1, 2 or 5 times a power of ten
  int decimals = 0;           // that a tick needs

  /// 0 at low, 1 at high.
  double position(double value) const { return (value - low) / (high - low); }
};

/// Covers [low, high] with about `most` steps, each at least `least_step`.
Axis make_axis(double low, double high, int most, double least_step = 0);
