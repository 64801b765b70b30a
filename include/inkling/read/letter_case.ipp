#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>
#include <inkling/read/letter_case.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// How thin ink is for its length: the ratio of its smaller to its larger variance along its axes, 0 for a line, 1 for
/// a disc. None counts as a disc.
inline double thinness(const std::uint8_t* image, Index side) {
  double ink = 0, x = 0, y = 0, xx = 0, xy = 0, yy = 0;
  for (Index row = 0; row < side; ++row) {
    for (Index column = 0; column < side; ++column) {
      const double amount = image[row * side + column];
      const auto u = static_cast<double>(column);
      const auto v = static_cast<double>(row);
      ink += amount;
      x += amount * u;
      y += amount * v;
      xx += amount * u * u;
      xy += amount * u * v;
      yy += amount * v * v;
    }
  }
  if (!(ink > 0)) return 1;
  const double across = xx / ink - (x / ink) * (x / ink);
  const double down = yy / ink - (y / ink) * (y / ink);
  const double both = xy / ink - (x / ink) * (y / ink);
  const double mean = (across + down) / 2;
  const double apart = std::hypot((across - down) / 2, both);
  return mean > 0 ? std::max(0.0, mean - apart) / (mean + apart) : 1;
}

}  // namespace detail

INKLING_INLINE Matrix with_letter_case(const CharSet& set, const std::vector<std::string>& class_names,
                                       const Pixels& images, Matrix probabilities) {
  const ClassMeaning merged{"L", "l"};
  const bool capital = set.admits(ClassMeaning{"L"});
  if (capital == set.admits(ClassMeaning{"l"})) return probabilities;
  const std::vector<ClassMeaning> meanings = class_meanings(class_names);
  const auto found = std::find(meanings.begin(), meanings.end(), merged);
  if (found == meanings.end()) return probabilities;
  const Index row = found - meanings.begin();
  const auto side = static_cast<Index>(std::lround(std::sqrt(static_cast<double>(images.rows()))));
  for (Index i = 0; i < images.cols(); ++i) {
    const double odds = std::exp(7.58 + 3.75 * std::log(detail::thinness(images.col(i).data(), side) + 1e-3));
    probabilities(row, i) *= static_cast<float>(capital ? odds / (1 + odds) : 1 / (1 + odds));
  }
  return probabilities;
}

}  // namespace inkling::inline INKLING_ABI
