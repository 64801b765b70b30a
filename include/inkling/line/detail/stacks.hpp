#pragma once

#include <inkling/core/config.hpp>
#include <inkling/line/segmentation.hpp>

#include <cstddef>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Numbers of parts that stand above one another or inside one another, and so are one character: the dot and the stem
/// of an i, both bars of an equals sign.
class Stacks {
 public:
  explicit Stacks(const std::vector<Piece>& parts);

  /// The number of the stack: that of one of its parts.
  std::size_t of(std::size_t part) const noexcept {
    while (stack_[part] != part) part = stack_[part];
    return part;
  }

 private:
  std::vector<std::size_t> stack_;
};

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/line/detail/stacks.ipp>
#endif
