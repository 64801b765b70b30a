#pragma once

#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/svm/options.hpp>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void SvmOptions::check() const {
  in_range("SvmOptions::c", c, {.low = 0, .high = 1e6, .above_low = true});
  for (const double weight : class_weights) {
    in_range("SvmOptions::class_weights", weight, {.low = 0, .high = 1e6, .above_low = true});
  }
  if (hog) hog->check();
  in_range("SvmOptions::tolerance", tolerance, {.low = 0, .high = 1, .above_low = true});
  in_range("SvmOptions::max_passes", max_passes, {1, 1e9});
  in_range("SvmOptions::threads", threads, {0, most_threads});
}

}  // namespace inkling::inline INKLING_ABI
