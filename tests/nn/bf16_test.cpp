#include <inkling/nn/kernels/bf16.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn::kernels;
using inkling::test::random_integers;

TEST_CASE("bf16_multiply agrees with bf16_multiply_naive") {
  // Whole numbers below 256 are exact in bfloat16, and their sums in float.
  for (const Index rows : {1, 15, 16, 33, 64}) {
    for (const Index columns : {1, 5, 6, 13, 30}) {
      for (const Index runs : {1, 3}) {
        for (const Index depth : {2, 10, 96}) {
          const Bf16Sizes sizes{rows, columns, runs, depth, depth + 4};
          const auto origin = [&](Index j) { return 2 * j; };  // overlapping columns, as of a convolution
          const Matrix a = random_integers<float>(rows, runs * depth, 1);
          const VectorOf<Bf16> rounded = a.reshaped().cast<Bf16>();
          const VectorOf<Bf16> b =
              random_integers<float>(origin(columns - 1) + (runs - 1) * sizes.b_run + depth, 1, 2).cast<Bf16>();
          const Vector bias = random_integers<float>(rows, 1, 3);
          std::vector<Bf16> packed(static_cast<std::size_t>(sizes.packed_size()));
          bf16_pack(sizes, a.data(), packed.data());
          Matrix fast(rows, columns), naive(rows, columns);
          bf16_multiply(sizes, packed.data(), b.data(), origin, {.bias = bias.data(), .relu = true}, fast.data());
          bf16_multiply_naive(sizes, rounded.data(), b.data(), origin, naive.data());
          CHECK(fast == (naive.colwise() + bias).cwiseMax(0.0F));
        }
      }
    }
  }
}

TEST_CASE("bf16_pack rounds to nearest, ties to even") {
  const Bf16Sizes sizes{1, 1, 1, 2, 0};
  const float values[] = {1.0F + 0x1p-8F, 1.0F + 3 * 0x1p-8F};  // half way between two of bfloat16
  std::vector<Bf16> packed(static_cast<std::size_t>(sizes.packed_size()));
  bf16_pack(sizes, values, packed.data());
  CHECK(static_cast<float>(packed[0]) == 1.0F);
  CHECK(static_cast<float>(packed[1]) == 1.0F + 0x1p-6F);
}
