#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/nn/kernels/simd.hpp>
#include <inkling/nn/kernels/tile.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Products of bytes (activations, 0 to 255) and weights (-127 to 127) with sums of 32 bits. CPUs with AVX512_VNNI or
/// AVX-VNNI add four of them in each lane by one instruction; elsewhere they are widened first. All ways give the same
/// bits: the sums are whole numbers, and each is then multiplied by a float once, which no compiler can fuse.
namespace inkling::inline INKLING_ABI::nn::kernels {

using Int32Pack = PackOf<std::int32_t>::type;
using Int16Pack = PackOf<std::int16_t>::type;

/// Four bytes, the first in the lowest.
using ByteQuad = std::uint32_t;

/// Whether one instruction multiplies and adds them.
#if (defined(__AVX512F__) && defined(__AVX512VNNI__)) || (defined(__AVXVNNI__) && !defined(__AVX512F__))
inline constexpr bool int8_is_fast = true;
#else
inline constexpr bool int8_is_fast = false;
#endif

/// a.first * b.first + a.second * b.second of the pairs in each lane of 32 bits.
[[gnu::always_inline]] inline Int32Pack multiply_pairs(const Int16Pack& a, const Int16Pack& b) noexcept {
#if defined(__AVX512BW__)
  return std::bit_cast<Int32Pack>(_mm512_madd_epi16(std::bit_cast<__m512i>(a), std::bit_cast<__m512i>(b)));
#elif defined(__AVX2__) && !defined(__AVX512F__)
  return std::bit_cast<Int32Pack>(_mm256_madd_epi16(std::bit_cast<__m256i>(a), std::bit_cast<__m256i>(b)));
#elif defined(__SSE2__) && !defined(__AVX__)
  return std::bit_cast<Int32Pack>(_mm_madd_epi16(std::bit_cast<__m128i>(a), std::bit_cast<__m128i>(b)));
#else
  const auto pairs_a = std::bit_cast<Int32Pack>(a);
  const auto pairs_b = std::bit_cast<Int32Pack>(b);
  return (pairs_a >> 16) * (pairs_b >> 16) + ((pairs_a << 16) >> 16) * ((pairs_b << 16) >> 16);
#endif
}

/// sums + the products of the four bytes with the four weights in each lane.
[[gnu::always_inline]] inline Int32Pack add_quad_products(const Int32Pack& sums, const Int32Pack& weights,
                                                          ByteQuad bytes) noexcept {
#if defined(__AVX512F__) && defined(__AVX512VNNI__)
  return std::bit_cast<Int32Pack>(_mm512_dpbusd_epi32(
      std::bit_cast<__m512i>(sums), _mm512_set1_epi32(static_cast<int>(bytes)), std::bit_cast<__m512i>(weights)));
#elif defined(__AVXVNNI__) && !defined(__AVX512F__)
  return std::bit_cast<Int32Pack>(_mm256_dpbusd_avx_epi32(
      std::bit_cast<__m256i>(sums), _mm256_set1_epi32(static_cast<int>(bytes)), std::bit_cast<__m256i>(weights)));
#else
  const auto pairs = std::bit_cast<Int16Pack>(weights);
  const auto even = std::bit_cast<Int16Pack>(Int32Pack{} + static_cast<std::int32_t>(bytes & 0x00FF00FFU));
  const auto odd = std::bit_cast<Int16Pack>(Int32Pack{} + static_cast<std::int32_t>((bytes >> 8U) & 0x00FF00FFU));
  return sums + multiply_pairs((pairs << 8) >> 8, even) + multiply_pairs(pairs >> 8, odd);
#endif
}

/// The sizes of c (rows x columns) = a (rows x runs * depth) * b: a column of b is `runs` runs of `depth` bytes, the
/// runs b_run apart. Where depth is no multiple of 4, up to 3 bytes behind each run are read, and do not count.
/// Requires: runs * depth <= int8_most_depth.
struct Int8Sizes {
  Index rows;
  Index columns;
  Index runs;
  Index depth;
  Index b_run;

  Index padded_depth() const noexcept { return (depth + 3) / 4 * 4; }
  Index padded_rows() const noexcept { return kernels::packed_size<float>(rows, 1); }
  /// Weights that int8_pack writes.
  Index packed_size() const noexcept { return padded_rows() * runs * padded_depth(); }
};

/// With as many the sums cannot overflow, even from a start of 2^25.
inline constexpr Index int8_most_depth = 65'000;

/// Puts a (rows x runs * depth, column-major) into panels [panel][run][padded_depth / 4][row of the panel][4], filled
/// up with zeros.
inline void int8_pack(const Int8Sizes& sizes, const std::int8_t* a, std::int8_t* packed) noexcept {
  for (Index first = 0; first < sizes.rows; first += tile_rows<float>) {
    for (Index run = 0; run < sizes.runs; ++run) {
      for (Index k = 0; k < sizes.padded_depth(); k += 4) {
        for (Index i = first; i < first + tile_rows<float>; ++i) {
          for (Index t = k; t < k + 4; ++t) {
            const bool inside = i < sizes.rows && t < sizes.depth;
            *packed++ = inside ? a[(run * sizes.depth + t) * sizes.rows + i] : std::int8_t{0};
          }
        }
      }
    }
  }
}

/// What becomes of a sum: `start`, where it begins, and what it is multiplied by. Both are padded_rows() long.
struct Int8Epilogue {
  const std::int32_t* start;
  const float* factor;
};

/// A float, or a byte: cut off to a whole number from 0 to 255. (Half a step in `start` makes that the nearest.)
inline void scale_sum(std::int32_t sum, float factor, float& to) noexcept {
  to = static_cast<float>(sum) * factor;
}
inline void scale_sum(std::int32_t sum, float factor, std::uint8_t& to) noexcept {
  to = static_cast<std::uint8_t>(std::min(static_cast<float>(std::max(sum, 0)) * factor, 255.0F));
}

/// The same for a register.
[[gnu::always_inline]] inline void scale_sums(const Int32Pack& sums, const Pack<float>& factors, float* to) noexcept {
  store<float>(to, __builtin_convertvector(sums, Pack<float>) * factors);
}
[[gnu::always_inline]] inline void scale_sums(const Int32Pack& sums, const Pack<float>& factors,
                                              std::uint8_t* to) noexcept {
  typedef std::uint8_t Bytes __attribute__((vector_size(lanes<float>)));
  constexpr float most = 255;
  const Pack<float> scaled = __builtin_convertvector(at_least_zero<std::int32_t>(sums), Pack<float>) * factors;
  const Pack<float> limited = scaled < most ? scaled : Pack<float>{} + most;
  const Bytes bytes = __builtin_convertvector(__builtin_convertvector(limited, Int32Pack), Bytes);
  std::memcpy(to, &bytes, sizeof bytes);
}

/// The reference: column j of b begins at b + origin(j), column j of c at c + j * rows. To is float or std::uint8_t.
template <typename To, typename Origin>
void int8_multiply_naive(const Int8Sizes& sizes, const std::int8_t* a, const std::uint8_t* b, Origin&& origin,
                         const Int8Epilogue& epilogue, To* c) {
  for (Index j = 0; j < sizes.columns; ++j) {
    for (Index i = 0; i < sizes.rows; ++i) {
      std::int32_t sum = epilogue.start[i];
      for (Index run = 0; run < sizes.runs; ++run) {
        for (Index k = 0; k < sizes.depth; ++k) {
          sum += std::int32_t{a[(run * sizes.depth + k) * sizes.rows + i]} * b[origin(j) + run * sizes.b_run + k];
        }
      }
      scale_sum(sum, epilogue.factor[i], c[j * sizes.rows + i]);
    }
  }
}

/// The fast int8_multiply_naive, to the same bits. `packed` comes from int8_pack.
template <typename To, typename Origin>
void int8_multiply(const Int8Sizes& sizes, const std::int8_t* packed, const std::uint8_t* b, Origin&& origin,
                   const Int8Epilogue& epilogue, To* c) {
  constexpr Index rows_together = tile_rows<float>;
  constexpr Index half = lanes<float>;
  const Index depth = sizes.padded_depth();
  for (Index i = 0; i < sizes.rows; i += rows_together) {
    const Index height = std::min(rows_together, sizes.rows - i);
    const Pack<float> low_factor = load<float>(epilogue.factor + i);
    const Pack<float> high_factor = load<float>(epilogue.factor + i + half);
    in_even_groups(sizes.columns, [&]<int width>(Index j) {
      const std::uint8_t* columns[width];
      for (int t = 0; t < width; ++t) columns[t] = b + origin(j + t);
      const std::int8_t* a = packed + i * sizes.runs * depth;
      Int32Pack sums[width][2];
#pragma GCC unroll 12
      for (int t = 0; t < width; ++t) {
        sums[t][0] = load<std::int32_t>(epilogue.start + i);
        sums[t][1] = load<std::int32_t>(epilogue.start + i + half);
      }
      for (Index run = 0; run < sizes.runs; ++run) {
        for (Index k = 0; k < depth; k += 4, a += 4 * rows_together) {
          Int32Pack low, high;
          std::memcpy(&low, a, sizeof low);
          std::memcpy(&high, a + 4 * half, sizeof high);
#pragma GCC unroll 12
          for (int t = 0; t < width; ++t) {
            ByteQuad quad;
            std::memcpy(&quad, columns[t] + run * sizes.b_run + k, sizeof quad);
            sums[t][0] = add_quad_products(sums[t][0], low, quad);
            sums[t][1] = add_quad_products(sums[t][1], high, quad);
          }
        }
      }
#pragma GCC unroll 12
      for (int t = 0; t < width; ++t) {
        To* const to = c + (j + t) * sizes.rows + i;
        if (height == rows_together) {
          scale_sums(sums[t][0], low_factor, to);
          scale_sums(sums[t][1], high_factor, to + half);
        } else {
          To values[rows_together];
          scale_sums(sums[t][0], low_factor, values);
          scale_sums(sums[t][1], high_factor, values + half);
          std::copy_n(values, height, to);
        }
      }
    });
  }
}

/// The largest byte of each window, channel by channel. in, out: their shapes; windows are `stride` apart.
inline void int8_max_pool(const Shape& in, const Shape& out, Index window, Index stride, const std::uint8_t* x,
                          std::uint8_t* y) noexcept {
  typedef std::uint8_t Bytes __attribute__((vector_size(16)));
  constexpr Index together = sizeof(Bytes);
  const auto for_each_input = [&](const std::uint8_t* corner, const auto& visit) {
    for (Index row = 0; row < window; ++row) {
      for (Index column = 0; column < window; ++column) visit(corner + (row * in.width + column) * in.channels);
    }
  };
  for (Index p = 0; p < out.pixels(); ++p) {
    const std::uint8_t* const corner = x + (p / out.width * in.width + p % out.width) * stride * in.channels;
    Index c = 0;
    for (; c + together <= in.channels; c += together) {
      Bytes most{};
      for_each_input(corner + c, [&](const std::uint8_t* from) {
        Bytes value;
        std::memcpy(&value, from, sizeof value);
        most = value > most ? value : most;
      });
      std::memcpy(y + p * in.channels + c, &most, sizeof most);
    }
    for (; c < in.channels; ++c) {
      std::uint8_t most = 0;
      for_each_input(corner + c, [&](const std::uint8_t* from) { most = std::max(most, *from); });
      y[p * in.channels + c] = most;
    }
  }
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
