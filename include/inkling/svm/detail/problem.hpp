#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::svm::detail {

/// One class against the rest, for every class.
struct Problem {
  std::span<const Label> labels;  // of each sample
  std::vector<double> cost;       // C of each class's own samples
  double rest_cost;               // C of all others
  double tolerance;               // of the duality gap, relative to the primal objective
  Index max_passes;

  Index classes() const noexcept { return static_cast<Index>(cost.size()); }
};

}  // namespace inkling::inline INKLING_ABI::svm::detail
