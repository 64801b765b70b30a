#include "report/axis.hpp"

#include <algorithm>
#include <cmath>

Axis make_axis(double low, double high, int most, double least_step) {
  const double wide = high == 0 ? 1 : std::abs(high) / 10;  // when there is but one value
  const double span = high > low ? high - low : wide;
  const double power = std::pow(10, std::floor(std::log10(span / most)));
  double step = power;
  for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
    step = factor * power;
    if (step * most >= span * (1 - 1e-9)) break;
  }
  step = std::max(step, least_step);
  const auto first = static_cast<long>(std::floor(low / step + 1e-9));
  const auto last = std::max(first + 1, static_cast<long>(std::ceil(high / step - 1e-9)));
  Axis axis{.low = static_cast<double>(first) * step,
            .high = static_cast<double>(last) * step,
            .ticks = {},
            .decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)))};
  for (long tick = first; tick <= last; ++tick) axis.ticks.push_back(static_cast<double>(tick) * step);
  return axis;
}
