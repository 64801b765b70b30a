// Compiled as the programs are, and holds no code: what the compiler was allowed to use, to be compared with the CPU.

#include "cpu_features.h"

using namespace inkling::cpu_check;

const unsigned inkling_required_features = 0
#ifdef __SSE4_2__
                                           | sse4_2
#endif
#ifdef __AVX__
                                           | avx
#endif
#ifdef __AVX2__
                                           | avx2
#endif
#ifdef __FMA__
                                           | fma
#endif
#ifdef __BMI2__
                                           | bmi2
#endif
#ifdef __AVX512F__
                                           | avx512f
#endif
#ifdef __AVX512BW__
                                           | avx512bw
#endif
#ifdef __AVX512DQ__
                                           | avx512dq
#endif
#ifdef __AVX512VL__
                                           | avx512vl
#endif
#ifdef __AVX512CD__
                                           | avx512cd
#endif
#ifdef __AVX512VNNI__
                                           | avx512vnni
#endif
    ;
