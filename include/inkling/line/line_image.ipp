#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/line/detail/line_parts.hpp>
#include <inkling/line/detail/line_slant.hpp>
#include <inkling/line/line_image.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void LineImageOptions::check() const {
  in_range("LineImageOptions::height", height, {8, 512});
  in_range("LineImageOptions::body", body, {0.1, 1});
  in_range("LineImageOptions::slant_share", slant_share, {0, 1});
  in_range("LineImageOptions::largest_width", largest_width, {1, 1e6});
  segment.check();
}

namespace detail {

/// Row of the ink that lies in the middle of the characters: halfway between the usual top and the usual bottom of the
/// parts that are at least half as high as the line, of each as often as it has ink.
inline double middle_of_line(const LineParts& parts, double height) {
  std::vector<std::pair<double, double>> tops;
  std::vector<std::pair<double, double>> bottoms;
  for (std::size_t i = 0; i < parts.keep.size(); ++i) {
    const Component& part = parts.components.parts[i];
    if (!parts.keep[i] || 2 * static_cast<double>(part.height()) <= height) continue;
    tops.emplace_back(static_cast<double>(part.top), static_cast<double>(part.area));
    bottoms.emplace_back(static_cast<double>(part.bottom), static_cast<double>(part.area));
  }
  return (weighted_median(std::move(tops)) + weighted_median(std::move(bottoms))) / 2;
}

/// Ink of the writing with its soft edges, as shares of the strokes' level; upright about the row `middle`.
class UprightInk {
 public:
  UprightInk(const Segmentation& line, const LineParts& parts, double slant, double middle)
      : slant_(slant),
        middle_(middle),
        room_(static_cast<Index>(std::ceil(std::abs(slant) * static_cast<double>(parts.mask.height()))) + 1),
        ink_(parts.mask.width() + 2 * room_, parts.mask.height()),
        first_(ink_.width()) {
    Image<std::int32_t> near(parts.mask.width(), parts.mask.height(), -1);
    for (Index i = 0; i < near.size(); ++i) {
      if (parts.mask.values()[static_cast<std::size_t>(i)] != 0) near.values()[static_cast<std::size_t>(i)] = 0;
    }
    grow_labels(near, 2);
    for (Index y = 0; y < near.height(); ++y) {
      const double shift = slant_ * (static_cast<double>(y) - middle_) + static_cast<double>(room_);
      const auto whole = static_cast<Index>(std::floor(shift));
      const auto share = static_cast<float>(shift - static_cast<double>(whole));
      for (Index x = 0; x < near.width(); ++x) {
        if (near(x, y) >= 0) put(x + whole, y, share, std::min(1.0F, line.ink.amount(x, y) / line.ink.level));
      }
    }
  }

  bool empty() const noexcept { return last_ < first_; }
  Index width() const noexcept { return last_ - first_ + 1; }
  /// Of the first column with ink, in pixels of the ink.
  double left() const noexcept { return static_cast<double>(first_ - room_); }

  /// rows from `top` on: at that many columns and rows.
  FloatImage resized(double top, double rows, Index width, Index height) const {
    FloatImage result =
        resize(ink_, {static_cast<double>(first_), top, static_cast<double>(this->width()), rows}, width, height);
    for (float& value : result.values()) value = std::clamp(value, 0.0F, 1.0F);
    return result;
  }

 private:
  void put(Index x, Index y, float share, float amount) {
    if (!(amount > 0)) return;
    ink_(x, y) += (1 - share) * amount;
    ink_(x + 1, y) += share * amount;
    if (amount <= 0.5F) return;
    first_ = std::min(first_, x);
    last_ = std::max(last_, x + 1);
  }

  double slant_;
  double middle_;
  Index room_;  // columns at both sides for what the slant moves
  FloatImage ink_;
  Index first_;  // columns with ink
  Index last_ = -1;
};

}  // namespace detail

INKLING_INLINE LineImage line_image(const GreyImage& picture, const LineImageOptions& options) {
  options.check();
  Segmentation line;
  const detail::LineParts parts = detail::find_line_parts(picture, options.segment, line);
  const double slant = options.slant_share * detail::line_slant(parts.mask);
  const double middle = detail::middle_of_line(parts, line.height);
  const detail::UprightInk upright(line, parts, slant, middle);
  if (!(line.height > 0) || upright.empty()) detail::fail_without_ink();

  const auto height = static_cast<double>(options.height);
  const double scale = options.body * height / line.height;  // pixels of the result for each of the ink
  const double width = std::round(static_cast<double>(upright.width()) * scale);
  if (width > static_cast<double>(options.largest_width)) {
    throw FormatError("line_image: expected a line of at most " + std::to_string(options.largest_width) +
                      " columns, got one of " + std::to_string(static_cast<long long>(width)) +
                      " where its characters are " + std::to_string(static_cast<long long>(options.body * height)) +
                      " high");
  }
  const double top = middle - height / scale / 2;
  LineImage result;
  result.ink = upright.resized(top, height / scale, std::max<Index>(1, static_cast<Index>(width)), options.height);
  result.placement = {scale / line.scale, upright.left() * line.scale, top * line.scale, middle * line.scale, slant};
  return result;
}

INKLING_INLINE Box box_of_columns(const LineImage& line, Index begin, Index end) {
  constexpr double far = std::numeric_limits<double>::max();
  constexpr float stroke = 0.5F;
  const LinePlacement& place = line.placement;
  double left = far;
  double top = far;
  double right = -far;
  double bottom = -far;
  for (Index v = 0; v < line.ink.height(); ++v) {
    const double y = place.top + static_cast<double>(v) / place.scale;
    const double begin_x = place.left - place.slant * (y - place.middle);
    for (Index u = std::max<Index>(0, begin); u < std::min(end, line.ink.width()); ++u) {
      if (line.ink(u, v) < stroke) continue;
      left = std::min(left, std::max(0.0, begin_x + static_cast<double>(u) / place.scale));
      right = std::max(right, begin_x + static_cast<double>(u + 1) / place.scale);
      top = std::min(top, std::max(0.0, y));
      bottom = std::max(bottom, y + 1 / place.scale);
    }
  }
  return right < left ? Box{} : Box{left, top, right - left, bottom - top};
}

}  // namespace inkling::inline INKLING_ABI
