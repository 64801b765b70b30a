#pragma once

#include <inkling/core/config.hpp>

#include <string_view>

namespace inkling::inline INKLING_ABI {

/// What the compiler was allowed to use in the file that includes this: a level of x86-64 (x86-64 psABI,
/// "Micro-Architecture Levels"), or the architecture. Of a program that holds its code for several levels, it tells the
/// one that runs.
inline constexpr std::string_view instruction_set =
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) && \
    defined(__AVX512VL__)
    "x86-64-v4";
#elif defined(__AVX2__) && defined(__BMI2__) && defined(__FMA__)
    "x86-64-v3";
#elif defined(__SSE4_2__) && defined(__POPCNT__)
    "x86-64-v2";
#elif defined(__x86_64__)
    "x86-64";
#elif defined(__aarch64__)
    "aarch64";
#elif defined(__wasm_simd128__)
    "wasm-simd128";
#else
    "unnamed instruction set";
#endif

}  // namespace inkling::inline INKLING_ABI
