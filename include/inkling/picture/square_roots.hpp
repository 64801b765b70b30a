#pragma once

#include <inkling/core/config.hpp>

#include <cmath>
#include <cstddef>
#include <span>

#if defined(__AVX__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace inkling::inline INKLING_ABI::detail {

/// Takes the square root of each value, as std::sqrt does, to the last bit. That one may set errno, so that a compiler
/// takes one value at a time.
inline void square_roots(std::span<float> values) noexcept {
  std::size_t i = 0;
#if defined(__AVX512F__)
  for (; i + 16 <= values.size(); i += 16) _mm512_storeu_ps(&values[i], _mm512_sqrt_ps(_mm512_loadu_ps(&values[i])));
#elif defined(__AVX__)
  for (; i + 8 <= values.size(); i += 8) _mm256_storeu_ps(&values[i], _mm256_sqrt_ps(_mm256_loadu_ps(&values[i])));
#elif defined(__SSE2__)
  for (; i + 4 <= values.size(); i += 4) _mm_storeu_ps(&values[i], _mm_sqrt_ps(_mm_loadu_ps(&values[i])));
#endif
  for (; i < values.size(); ++i) values[i] = std::sqrt(values[i]);
}

}  // namespace inkling::inline INKLING_ABI::detail
