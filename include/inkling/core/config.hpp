#pragma once

/// The switches that change how the library is compiled. Everything else is C++.
///
/// INKLING_COMPILED (set by the target inkling::compiled): function bodies come from the static library. Otherwise each
/// header X.hpp ends by including its bodies, X.ipp, and INKLING_INLINE makes them inline.
///
/// INKLING_ABI: an inline namespace around everything. Register width and threads decide how matrices are aligned, how
/// weights are packed and what a task remembers. Files that were compiled with other flags then name other functions,
/// and do not link, where they would otherwise share memory that they see differently.

#ifdef INKLING_COMPILED
#define INKLING_INLINE
#else
#define INKLING_INLINE inline
#endif

#if defined(__AVX512F__) && defined(_OPENMP)
#define INKLING_ABI avx512_openmp
#elif defined(__AVX512F__)
#define INKLING_ABI avx512_threads
#elif defined(__AVX__) && defined(_OPENMP)
#define INKLING_ABI avx_openmp
#elif defined(__AVX__)
#define INKLING_ABI avx_threads
#elif defined(_OPENMP)
#define INKLING_ABI baseline_openmp
#else
#define INKLING_ABI baseline_threads
#endif
