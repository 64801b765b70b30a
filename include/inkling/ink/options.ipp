#pragma once

#include <inkling/core/range.hpp>
#include <inkling/ink/options.hpp>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void InkOptions::check() const {
  in_range("InkOptions::min_contrast", min_contrast, {0, 1});
  in_range("InkOptions::min_signal", min_signal, {0, 1e6});
}

}  // namespace inkling::inline INKLING_ABI
