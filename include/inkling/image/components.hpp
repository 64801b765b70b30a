#pragma once

#include <inkling/image/grey_image.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace inkling {

/// A connected part of a mask and the rectangle around it, in whole pixels; right and bottom are one past the end.
struct Component {
  Index left = 0;
  Index top = 0;
  Index right = 0;
  Index bottom = 0;
  Index area = 0;  // pixels

  Index width() const noexcept { return right - left; }
  Index height() const noexcept { return bottom - top; }
};

/// Both together, in the rectangle around them.
inline Component together(const Component& a, const Component& b) noexcept {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right), std::max(a.bottom, b.bottom),
          a.area + b.area};
}

struct Components {
  Image<std::int32_t> labels;    // the number of the part that a pixel belongs to; -1 where the mask is 0
  std::vector<Component> parts;  // in the order of their first pixels, row by row
};

/// The 8-connected parts of the pixels that are not 0 (Rosenfeld and Pfaltz 1966: two passes and a forest of equal
/// labels).
inline Components connected_components(const Image<std::uint8_t>& mask) {
  const Index width = mask.width();
  const Index height = mask.height();
  Components result{Image<std::int32_t>(width, height, -1), {}};
  Image<std::int32_t>& labels = result.labels;

  std::vector<std::int32_t> parent;  // the smaller label of two that turned out to be one part
  const auto root = [&](std::int32_t label) {
    while (parent[static_cast<std::size_t>(label)] != label) {
      auto& up = parent[static_cast<std::size_t>(label)];
      up = parent[static_cast<std::size_t>(up)];
      label = up;
    }
    return label;
  };

  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      if (mask(x, y) == 0) continue;
      std::int32_t label = -1;
      const auto join = [&](Index nx, Index ny) {
        if (nx < 0 || nx >= width || ny < 0 || labels(nx, ny) < 0) return;
        const std::int32_t other = root(labels(nx, ny));
        if (label < 0 || label == other) {
          label = other;
        } else {
          parent[static_cast<std::size_t>(std::max(label, other))] = std::min(label, other);
          label = std::min(label, other);
        }
      };
      join(x - 1, y);
      join(x - 1, y - 1);
      join(x, y - 1);
      join(x + 1, y - 1);
      if (label < 0) {
        label = static_cast<std::int32_t>(parent.size());
        parent.push_back(label);
      }
      labels(x, y) = label;
    }
  }

  std::vector<std::int32_t> number(parent.size(), -1);
  for (Index y = 0; y < height; ++y) {
    for (Index x = 0; x < width; ++x) {
      if (labels(x, y) < 0) continue;
      std::int32_t& part = number[static_cast<std::size_t>(root(labels(x, y)))];
      if (part < 0) {
        part = static_cast<std::int32_t>(result.parts.size());
        result.parts.push_back({x, y, x + 1, y + 1, 0});
      }
      Component& component = result.parts[static_cast<std::size_t>(part)];
      component.left = std::min(component.left, x);
      component.right = std::max(component.right, x + 1);
      component.bottom = y + 1;
      ++component.area;
      labels(x, y) = part;
    }
  }
  return result;
}

}  // namespace inkling
