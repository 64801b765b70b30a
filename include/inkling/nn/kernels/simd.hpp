#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

#include <cstddef>
#include <cstring>
#include <utility>

/// Vector registers through the compiler's vector extensions (GCC and Clang): one source for SSE, AVX2, AVX-512 and
/// NEON. The width follows from what the translation unit is compiled for.
namespace inkling::inline INKLING_ABI::nn::kernels {

#if defined(__AVX512F__)
inline constexpr int register_bytes = 64;
inline constexpr int register_count = 32;
#elif defined(__AVX__)
inline constexpr int register_bytes = 32;
inline constexpr int register_count = 16;
#elif defined(__aarch64__)
inline constexpr int register_bytes = 16;
inline constexpr int register_count = 32;
#else
inline constexpr int register_bytes = 16;
inline constexpr int register_count = 16;
#endif

template <typename S>
struct PackOf {
  typedef S type __attribute__((vector_size(register_bytes)));
};

/// One register full of S; +, * and += work lane by lane.
template <typename S>
using Pack = typename PackOf<S>::type;

template <typename S>
inline constexpr Index lanes = register_bytes / static_cast<Index>(sizeof(S));

template <typename S>
inline Pack<S> load(const S* from) noexcept {
  Pack<S> value;
  std::memcpy(&value, from, sizeof value);  // an unaligned vector load
  return value;
}

template <typename S>
inline void store(S* to, const Pack<S>& value) noexcept {
  std::memcpy(to, &value, sizeof value);
}

/// max(value, 0), lane by lane; what is not a number stays so.
template <typename S>
inline Pack<S> at_least_zero(const Pack<S>& value) noexcept {
  return value < S{0} ? Pack<S>{} : value;
}

namespace detail {

/// a0 b0 a1 b1 ... of the lower (part 0) or the upper (part 1) half of two registers.
template <typename S, int part, std::size_t... lane>
[[gnu::always_inline]] inline Pack<S> interleave(const Pack<S>& a, const Pack<S>& b,
                                                 std::index_sequence<lane...>) noexcept {
  constexpr int count = sizeof...(lane);
  return __builtin_shufflevector(
      a, b, (static_cast<int>(lane % 2) * count + part * count / 2 + static_cast<int>(lane / 2))...);
}

}  // namespace detail

/// Transposes a square of registers in place: a perfect shuffle of its rows, as often as it takes to return to the
/// first.
template <typename S>
[[gnu::always_inline]] inline void transpose(Pack<S> (&rows)[lanes<S>]) noexcept {
  constexpr auto all = std::make_index_sequence<static_cast<std::size_t>(lanes<S>)>{};
  constexpr Index half = lanes<S> / 2;
#pragma GCC unroll 4
  for (Index stride = 1; stride < lanes<S>; stride *= 2) {
    Pack<S> shuffled[lanes<S>];
#pragma GCC unroll 8
    for (Index i = 0; i < half; ++i) {
      shuffled[2 * i] = detail::interleave<S, 0>(rows[i], rows[i + half], all);
      shuffled[2 * i + 1] = detail::interleave<S, 1>(rows[i], rows[i + half], all);
    }
#pragma GCC unroll 16
    for (Index i = 0; i < lanes<S>; ++i) rows[i] = shuffled[i];
  }
}

}  // namespace inkling::inline INKLING_ABI::nn::kernels
