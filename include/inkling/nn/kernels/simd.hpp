#pragma once

#include <inkling/core/matrix.hpp>

#include <cstring>

/// Vector registers through the compiler's vector extensions (GCC and Clang): one source for SSE, AVX2, AVX-512 and
/// NEON. The width follows from what the translation unit is compiled for.
namespace inkling::nn::kernels {

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

template <typename S>
inline Pack<S> at_least_zero(const Pack<S>& value) noexcept {
  return value > S{0} ? value : Pack<S>{};
}

}  // namespace inkling::nn::kernels
