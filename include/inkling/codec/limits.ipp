#pragma once

#include <inkling/codec/limits.hpp>
#include <inkling/core/range.hpp>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void DecodeLimits::check() const {
  in_range("DecodeLimits::bytes", bytes, {1, no_limit});
  in_range("DecodeLimits::side", side, {1, 1e9});
  in_range("DecodeLimits::pixels", pixels, {1, 1e12});
  in_range("DecodeLimits::memory", memory, {1, no_limit});
}

}  // namespace inkling::inline INKLING_ABI
