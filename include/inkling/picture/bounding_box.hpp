#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The smallest rectangle with every value above the threshold, in whole pixels; nothing when there is none.
template <typename T>
std::optional<Box> bounding_box(const Image<T>& image, T threshold) {
  if (image.empty()) return std::nullopt;
  std::vector<T> rows;  // the largest value of each
  Eigen::Array<T, Eigen::Dynamic, 1> columns = image.row_array(0);
  for (Index y = 0; y < image.height(); ++y) {
    rows.push_back(image.row_array(y).maxCoeff());
    columns = columns.max(image.row_array(y));
  }
  const auto above = [threshold](T value) { return value > threshold; };
  const auto range = [&](auto begin, auto end) {
    const auto first = std::find_if(begin, end, above);
    const auto last = std::find_if(std::reverse_iterator(end), std::reverse_iterator(first), above).base();
    return std::pair(static_cast<double>(first - begin), static_cast<double>(last - first));
  };
  const auto [y, height] = range(rows.begin(), rows.end());
  if (height == 0) return std::nullopt;
  const auto [x, width] = range(columns.begin(), columns.end());
  return Box{x, y, width, height};
}

}  // namespace inkling::inline INKLING_ABI
