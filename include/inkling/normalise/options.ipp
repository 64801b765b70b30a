#pragma once

#include <inkling/core/range.hpp>
#include <inkling/normalise/options.hpp>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void NormaliseOptions::check() const {
  in_range("NormaliseOptions::side", side, {1, 4096});
  in_range("NormaliseOptions::margin", margin, {.low = 0, .high = 0.5, .below_high = true});
  ink.check();
  in_range("NormaliseOptions::thinnest", thinnest, {0, 1000});
  in_range("NormaliseOptions::thin_sigma", thin_sigma, {.low = 0, .high = 100, .above_low = true});
  in_range("NormaliseOptions::largest_side", largest_side, {1, 65'535});
  in_range("NormaliseOptions::working_side", working_side, {1, 4096});
  in_range("NormaliseOptions::stroke_width", stroke_width, {0, 1000});
  in_range("NormaliseOptions::sigma", sigma, {.low = 0, .high = 100, .above_low = true});
}

}  // namespace inkling::inline INKLING_ABI
