#pragma once

#include <Eigen/Core>

#include <cmath>
#include <sstream>
#include <string>

namespace inkling::test {

/// Empty when |a - b| <= absolute + relative * |b| everywhere; else says where it is worst. Use: CHECK(mismatch(a, b,
/// 1e-5) == "").
template <typename A, typename B>
std::string mismatch(const Eigen::DenseBase<A>& a, const Eigen::DenseBase<B>& b, double relative, double absolute = 0) {
  std::ostringstream text;
  if (a.rows() != b.rows() || a.cols() != b.cols()) {
    text << a.rows() << 'x' << a.cols() << " against " << b.rows() << 'x' << b.cols();
    return text.str();
  }
  double worst = 0;
  for (Eigen::Index j = 0; j < a.cols(); ++j) {
    for (Eigen::Index i = 0; i < a.rows(); ++i) {
      const auto x = static_cast<double>(a.derived()(i, j));
      const auto y = static_cast<double>(b.derived()(i, j));
      const double excess = std::abs(x - y) - absolute - relative * std::abs(y);
      if (excess > worst || std::isnan(x) != std::isnan(y)) {
        worst = std::isnan(excess) ? HUGE_VAL : excess;
        text.str("");
        text << "at (" << i << ", " << j << "): " << x << " against " << y;
      }
    }
  }
  return text.str();
}

}  // namespace inkling::test
