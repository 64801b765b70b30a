#pragma once

#include <inkling/ink/form_lines.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/ink/stroke.hpp>
#include <inkling/normalise/detail/character.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/dilation.hpp>
#include <inkling/picture/gaussian.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE void join_pixels(Ink& ink, const NormaliseOptions& options) {
  if (stroke_width(ink.amount, ink.level) >= options.thinnest) return;
  ink.amount = gaussian_blur(ink.amount, options.thin_sigma);
  ink.level = stroke_level(ink.amount);
  if (!(ink.level > 0)) fail_without_ink();
}

/// Makes paper of the part with this label.
inline void erase(FloatImage& ink, const Image<std::int32_t>& labels, const Component& part, std::int32_t label) {
  for (Index y = part.top; y < part.bottom; ++y) {
    for (Index x = part.left; x < part.right; ++x) {
      if (labels(x, y) == label) ink(x, y) = 0;
    }
  }
}

/// The printed lines that run through the whole picture, level ones or, of the transposed picture, upright ones. What
/// lies along the picture's edge may be a stroke of a character that the picture is cut to.
inline std::vector<Rule> lines_through(const Ink& ink) {
  constexpr Index shortest = 32;  // pixels; what is shorter may be a stroke
  const Index width = ink.amount.width();
  const Index height = ink.amount.height();
  if (width < shortest) return {};
  // A twentieth of the picture's height and a soft edge; in small pictures a ninth, as strokes are no thicker there.
  const Index thickest = std::max<Index>(2, std::min(height / 9, height / 20 + 2));
  std::vector<Rule> rules = find_rules(ink_mask(ink), {.min_length = width * 9 / 10, .max_thickness = thickest});
  std::erase_if(rules, [&](const Rule& rule) {
    const auto row = static_cast<double>(rule.centre[rule.centre.size() / 2]);
    const auto edge = static_cast<double>(rule.thickness);
    return row < edge || row > static_cast<double>(height) - edge;
  });
  return rules;
}

/// Whether a part that was left ends before the line beside it at both ends, and before one of the edges that the line
/// runs along. The bowl of a P ends where its stem does, and the rest of a 4 that is cut to its box goes from side to
/// side.
inline bool ends_before(bool at_begin, bool at_end, bool at_one_side, bool at_other_side) {
  return !at_begin && !at_end && !(at_one_side && at_other_side);
}

INKLING_INLINE void remove_lines(Ink& ink) {
  constexpr Index smallest = 24;  // pixels; in a smaller picture, strokes are lines
  const Index width = ink.amount.width();
  const Index height = ink.amount.height();
  if (std::min(width, height) < smallest) return;
  const std::vector<Rule> level = lines_through(ink);
  Ink turned{transposed(ink.amount), ink.level};
  const std::vector<Rule> upright = lines_through(turned);
  if (level.empty() && upright.empty()) return;

  for (const Rule& rule : upright) erase_rule(turned, rule);
  Ink rest{transposed(turned.amount), ink.level};
  for (const Rule& rule : level) erase_rule(rest, rule);
  const Components parts = connected_components(ink_mask(rest));
  const auto largest = std::max_element(parts.parts.begin(), parts.parts.end(),
                                        [](const Component& a, const Component& b) { return a.area < b.area; });
  const bool is_bar = largest == parts.parts.end() || 3 * largest->height() < largest->width();
  if (is_bar || 10 * largest->height() < height) return;
  const bool at_left = largest->left == 0;
  const bool at_top = largest->top == 0;
  const bool at_right = largest->right == width;
  const bool at_bottom = largest->bottom == height;
  if (!upright.empty() && !ends_before(at_top, at_bottom, at_left, at_right)) return;
  if (!level.empty() && !ends_before(at_left, at_right, at_top, at_bottom)) return;
  for (std::size_t i = 0; i < parts.parts.size(); ++i) {  // where lines crossed, something stays
    const Component& part = parts.parts[i];
    if (12 * part.area < largest->area) erase(rest.amount, parts.labels, part, static_cast<std::int32_t>(i));
  }
  ink = std::move(rest);
  ink.level = stroke_level(ink.amount);
  if (!(ink.level > 0)) fail_without_ink();
}

/// How much of each part's ink lies in the middle of the picture, an eighth away from every edge. A share.
inline std::vector<double> shares_in_middle(const Components& ink) {
  const Index width = ink.labels.width();
  const Index height = ink.labels.height();
  std::vector<Index> inside(ink.parts.size());
  for (Index y = height / 8; y < height - height / 8; ++y) {
    const std::int32_t* row = ink.labels.row(y);
    for (Index x = width / 8; x < width - width / 8; ++x) {
      if (row[x] >= 0) ++inside[static_cast<std::size_t>(row[x])];
    }
  }
  std::vector<double> shares;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    shares.push_back(static_cast<double>(inside[i]) / static_cast<double>(ink.parts[i].area));
  }
  return shares;
}

/// Which parts belong to the character. Most of it lies in the middle: what lies along the picture's edge (the rim of
/// the paper, a ruled line, the side of a box, a part of a neighbour) goes where it is not the character's own, and so
/// do specks, and points behind the foot.
inline std::vector<bool> parts_of_character(const Components& ink) {
  const Index width = ink.labels.width();
  const Index height = ink.labels.height();
  const auto at_edge = [&](const Component& part) {
    return part.left == 0 || part.top == 0 || part.right == width || part.bottom == height;
  };
  if (ink.parts.empty()) fail_without_ink();
  const std::vector<double> shares = shares_in_middle(ink);
  std::size_t main_part = 0;
  double most = -1;
  for (std::size_t i = 0; i < ink.parts.size(); ++i) {
    const double middle = at_edge(ink.parts[i]) ? shares[i] : 1;
    const double weight = middle * static_cast<double>(ink.parts[i].area);
    if (weight <= most) continue;
    most = weight;
    main_part = i;
  }
  const Component& main = ink.parts[main_part];
  const auto overlap = [](Index begin, Index end, Index other_begin, Index other_end) {
    return std::min(end, other_end) - std::max(begin, other_begin);
  };
  // A picture cut to a character that is in pieces: its main part reaches from edge to edge.
  const bool cropped = (main.left == 0 && main.right == width) || (main.top == 0 && main.bottom == height);
  const auto belongs = [&](const Component& part, double share) {
    if (33 * part.area < main.area) return false;
    const bool beside = 2 * overlap(part.left, part.right, main.left, main.right) < part.width();
    if (at_edge(part)) {
      const bool near = -overlap(part.top, part.bottom, main.top, main.bottom) * 3 < main.height();
      const bool bar = part.width() > 4 * part.height();
      return !beside && (cropped ? near : at_edge(main) && (share > 0.5 || (near && !bar)));
    }
    if (beside && 2 * part.height() > main.height() && share < 0.6) return false;  // a neighbour
    const bool at_foot = 3 * (part.top - main.top) > 2 * main.height();
    return !(beside && at_foot && 8 * part.area < main.area);
  };
  std::vector<bool> keep;
  for (std::size_t i = 0; i < ink.parts.size(); ++i) {
    keep.push_back(i == main_part || belongs(ink.parts[i], shares[i]));
  }
  return keep;
}

/// Paints over all that no pixel of the parts to keep is near to, and so over the soft edges of the others, too. `box`
/// holds the parts to keep.
inline void erase_others(FloatImage& ink, const Components& parts, const std::vector<bool>& keep, const Component& box,
                         Index rim) {
  const auto is_kept = [&](std::int32_t label) { return label >= 0 && keep[static_cast<std::size_t>(label)]; };
  FloatImage kept(box.width(), box.height());
  for (Index y = 0; y < box.height(); ++y) {
    const std::int32_t* const labels = parts.labels.row(box.top + y) + box.left;
    for (Index x = 0; x < box.width(); ++x) kept(x, y) = is_kept(labels[x]) ? 1.0F : 0.0F;
  }
  const FloatImage near = dilated(kept, rim);
  for (Index y = 0; y < ink.height(); ++y) {
    const Index row = std::clamp(y, box.top, box.bottom - 1);
    const bool in_rows = std::abs(y - row) <= rim;
    for (Index x = 0; x < ink.width(); ++x) {
      const Index column = std::clamp(x, box.left, box.right - 1);
      const bool stays = in_rows && std::abs(x - column) <= rim && near(column - box.left, row - box.top) > 0;
      if (!stays || (parts.labels(x, y) >= 0 && !is_kept(parts.labels(x, y)))) ink(x, y) = 0;
    }
  }
}

INKLING_INLINE Box isolate_character(Ink& ink) {
  const Components components = connected_components(ink_mask(ink));
  const std::vector<bool> keep = parts_of_character(components);
  Component box;
  for (std::size_t i = 0; i < keep.size(); ++i) {
    if (keep[i]) box = box.area > 0 ? together(box, components.parts[i]) : components.parts[i];
  }
  // Soft edges grow with the strokes where a picture was enlarged.
  const auto rim = std::max<Index>(2, static_cast<Index>(std::lround(stroke_width(ink.amount, ink.level) / 2)));
  erase_others(ink.amount, components, keep, box, rim);
  return {static_cast<double>(box.left), static_cast<double>(box.top), static_cast<double>(box.width()),
          static_cast<double>(box.height())};
}

}  // namespace inkling::inline INKLING_ABI::detail
