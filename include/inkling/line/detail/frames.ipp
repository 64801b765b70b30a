#pragma once

#include <inkling/line/detail/frames.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// A connected part as it is seen from one of its four sides: how far it lies away from that side of its box, line by
/// line, and how thick it is there.
class SideView {
 public:
  enum class From { left, right, top, bottom };

  SideView(const Image<std::int32_t>& labels, std::int32_t label, const Component& part, From from)
      : labels_(labels), label_(label), part_(part), from_(from) {
    for (Index line = 0; line < lines(); ++line) {
      Index away = 0;
      while (away < depth() && !is_ink(line, away)) ++away;
      Index end = away;
      while (end < depth() && is_ink(line, end)) ++end;
      away_.push_back(away);
      thickness_.push_back(end - away);
    }
  }

  /// Rows seen from the left or the right, columns seen from above or below.
  Index lines() const { return is_level() ? part_.height() : part_.width(); }

  /// Most of it lies at the side, give or take what a page that lies askew makes of it.
  bool is_straight() const {
    constexpr double share = 0.7;
    const auto tolerance = static_cast<Index>(0.06 * static_cast<double>(depth())) + 1;
    const auto near = std::count_if(away_.begin(), away_.end(), [&](Index away) { return away <= tolerance; });
    return static_cast<double>(near) >= share * static_cast<double>(lines());
  }

  Index usual_thickness() const {
    std::vector<Index> sorted = thickness_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    return *middle;
  }

  /// Calls visit(x, y) for the ink of the side: to its usual thickness, where characters touch it.
  template <typename Visit>
  void for_each_pixel(const Visit& visit) const {
    const Index tolerance = static_cast<Index>(0.1 * static_cast<double>(depth())) + 1;
    const Index usual = usual_thickness();
    for (Index line = 0; line < lines(); ++line) {
      const auto l = static_cast<std::size_t>(line);
      if (away_[l] > tolerance) continue;
      const Index thick = thickness_[l] <= usual + 1 + usual / 2 ? thickness_[l] : usual;
      for (Index i = 0; i < thick; ++i) visit(x_of(line, away_[l] + i), y_of(line, away_[l] + i));
    }
  }

 private:
  bool is_level() const { return from_ == From::left || from_ == From::right; }
  Index depth() const { return is_level() ? part_.width() : part_.height(); }
  Index x_of(Index line, Index away) const {
    if (!is_level()) return part_.left + line;
    return from_ == From::left ? part_.left + away : part_.right - 1 - away;
  }
  Index y_of(Index line, Index away) const {
    if (is_level()) return part_.top + line;
    return from_ == From::top ? part_.top + away : part_.bottom - 1 - away;
  }
  bool is_ink(Index line, Index away) const { return labels_(x_of(line, away), y_of(line, away)) == label_; }

  const Image<std::int32_t>& labels_;
  std::int32_t label_;
  const Component& part_;
  From from_;
  std::vector<Index> away_;       // of each line
  std::vector<Index> thickness_;  // of its first ink
};

/// Ink of one pixel and its soft edge.
inline void erase_pixel(Index x, Index y, Image<std::uint8_t>& mask, Ink& ink) {
  mask(x, y) = 0;
  for (Index j = std::max<Index>(0, y - 1); j <= std::min(mask.height() - 1, y + 1); ++j) {
    for (Index i = std::max<Index>(0, x - 1); i <= std::min(mask.width() - 1, x + 1); ++i) {
      if (mask(i, j) == 0) ink.amount(i, j) = 0;
    }
  }
}

inline bool encloses_others(const Components& components, std::size_t which) {
  const Component& frame = components.parts[which];
  return std::any_of(components.parts.begin(), components.parts.end(), [&](const Component& part) {
    const bool inside =
        part.left > frame.left && part.right < frame.right && part.top > frame.top && part.bottom < frame.bottom;
    return inside && 6 * part.height() > frame.height();
  });
}

/// The shade around white boxes.
inline void erase_part(const Components& components, std::size_t which, Image<std::uint8_t>& mask, Ink& ink) {
  const Component& part = components.parts[which];
  for (Index y = part.top; y < part.bottom; ++y) {
    for (Index x = part.left; x < part.right; ++x) {
      if (components.labels(x, y) == static_cast<std::int32_t>(which)) erase_pixel(x, y, mask, ink);
    }
  }
}

/// A part with four straight sides.
struct Frame {
  std::size_t part = 0;
  std::vector<SideView> sides;
  bool encloses = false;  // another part

  Index thickness() const {
    Index thickest = 0;
    for (const SideView& side : sides) thickest = std::max(thickest, side.usual_thickness());
    return thickest;
  }
};

inline std::vector<Frame> find_frames(const Components& components) {
  constexpr std::array all{SideView::From::left, SideView::From::right, SideView::From::top, SideView::From::bottom};
  constexpr Index smallest = 12;  // pixels: less is a character, whatever its shape
  std::vector<Frame> frames;
  for (std::size_t i = 0; i < components.parts.size(); ++i) {
    const Component& part = components.parts[i];
    if (std::min(part.width(), part.height()) < smallest) continue;
    Frame frame{.part = i, .sides = {}, .encloses = false};
    for (const SideView::From from : all) {
      frame.sides.emplace_back(components.labels, static_cast<std::int32_t>(i), part, from);
      if (!frame.sides.back().is_straight()) break;
    }
    if (frame.sides.size() < all.size() || !frame.sides.back().is_straight()) continue;
    frame.encloses = encloses_others(components, i);
    frames.push_back(std::move(frame));
  }
  return frames;
}

inline bool same_size(const Component& a, const Component& b) {
  const auto near = [](Index one, Index other) { return 8 * std::abs(one - other) <= std::max(one, other); };
  return near(a.width(), b.width()) && near(a.height(), b.height());
}

INKLING_INLINE bool erase_frames(const Components& components, Image<std::uint8_t>& mask, Ink& ink) {
  const std::vector<Frame> frames = find_frames(components);
  bool found = false;
  for (const Frame& frame : frames) {
    const Component& part = components.parts[frame.part];
    // An empty box is one when a box of its size is not: alone, it could be a character.
    const bool is_print = std::any_of(frames.begin(), frames.end(), [&](const Frame& other) {
      return other.encloses && same_size(part, components.parts[other.part]);
    });
    if (!is_print) continue;
    if (4 * frame.thickness() > std::min(part.width(), part.height())) {
      erase_part(components, frame.part, mask, ink);
    } else {
      for (const SideView& side : frame.sides) {
        side.for_each_pixel([&](Index x, Index y) { erase_pixel(x, y, mask, ink); });
      }
    }
    found = true;
  }
  return found;
}

}  // namespace inkling::inline INKLING_ABI::detail
