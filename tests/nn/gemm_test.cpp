#include <inkling/nn/kernels/gemm.hpp>

#include <doctest/doctest.h>

#include <vector>

#include "random_matrix.hpp"

using namespace inkling;
using namespace inkling::nn::kernels;
using inkling::test::random_integers;
using inkling::test::random_matrix;

namespace {

struct Case {
  Index rows;
  Index columns;
  Index depth;
  bool transpose_a;
  bool transpose_b;
  bool add;
  Index gap;  // values between two columns of every operand that belong to nobody
};

/// A column-major operand in memory of exactly the size that it needs, so that a sanitiser sees any read beyond it.
template <typename S>
struct Operand {
  Operand(Index rows, Index columns, bool transpose, Index gap, std::uint64_t seed)
      : step((transpose ? columns : rows) + gap), transposed(transpose) {
    const Index inner = transpose ? columns : rows;
    const Index outer = transpose ? rows : columns;
    const MatrixOf<S> values = random_integers<S>(step, outer, seed);
    const Index size = inner == 0 || outer == 0 ? 0 : (outer - 1) * step + inner;
    memory.assign(values.data(), values.data() + size);
  }
  Strided<S> view() const {
    return transposed ? Strided<S>{memory.data(), step, 1} : Strided<S>{memory.data(), 1, step};
  }

  Index step;
  bool transposed;
  std::vector<S> memory;
};

/// The gaps are compared, too: nothing may be written there.
template <typename S>
bool agrees_with_naive(const Case& c) {
  const Operand<S> a(c.rows, c.depth, c.transpose_a, c.gap, 1);
  const Operand<S> b(c.depth, c.columns, c.transpose_b, c.gap, 2);
  Operand<S> fast(c.rows, c.columns, false, c.gap, 3);
  Operand<S> naive = fast;
  nn::Buffer<S> memory;
  gemm(c.rows, c.columns, c.depth, a.view(), b.view(), fast.memory.data(), fast.step, c.add, memory);
  gemm_naive(c.rows, c.columns, c.depth, a.view(), b.view(), naive.memory.data(), naive.step, c.add);
  return fast.memory == naive.memory;
}

template <typename S>
void check_all(const std::vector<Index>& rows, const std::vector<Index>& columns, const std::vector<Index>& depths) {
  for (const Index m : rows) {
    for (const Index n : columns) {
      for (const Index k : depths) {
        for (unsigned choice = 0; choice < 16; ++choice) {
          const Case c{m, n, k, (choice & 1U) != 0, (choice & 2U) != 0, (choice & 4U) != 0, (choice & 8U) != 0 ? 3 : 0};
          CAPTURE(m);
          CAPTURE(n);
          CAPTURE(k);
          CAPTURE(choice);
          const bool agrees = agrees_with_naive<S>(c);
          REQUIRE(agrees);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE_TEMPLATE("gemm agrees with the naive product for every remainder of a register tile", S, float, double) {
  const Index r = tile_rows<S>;
  std::vector<Index> columns;
  for (Index n = 1; n <= tile_columns + 1; ++n) columns.push_back(n);
  columns.push_back(2 * tile_columns + 1);
  check_all<S>({1, 2, r - 1, r, r + 1, 2 * r + 3}, columns, {0, 1, 7});
}

TEST_CASE_TEMPLATE("gemm agrees with the naive product around the size of a depth block", S, float, double) {
  const Index r = tile_rows<S>;
  check_all<S>({1, r, r + 1}, {1, tile_columns, tile_columns + 1},
               {gemm_depth_block - 1, gemm_depth_block, gemm_depth_block + 1, 2 * gemm_depth_block + 1});
}

TEST_CASE("gemm with no rows or no columns does nothing") {
  CHECK(agrees_with_naive<float>({0, 3, 2, false, false, false, 0}));
  CHECK(agrees_with_naive<float>({3, 0, 2, false, false, false, 0}));
}

TEST_CASE_TEMPLATE("the bits of a column do not depend on the columns computed with it", S, float, double) {
  const Index rows = 2 * tile_rows<S> + 1;
  const Index depth = gemm_depth_block + 30;
  const Index columns = 3 * tile_columns + 2;
  const MatrixOf<S> a = random_matrix<S>(rows, depth, 4);
  const MatrixOf<S> b = random_matrix<S>(depth, columns, 5);
  nn::Buffer<S> memory;
  const auto product = [&](Index first, Index count) {
    MatrixOf<S> c(rows, count);
    gemm(rows, count, depth, plain<S>(a), plain<S>(b.middleCols(first, count)), c.data(), rows, false, memory);
    return c;
  };
  const MatrixOf<S> whole = product(0, columns);
  for (const Index width : {Index{1}, Index{5}, Index{tile_columns}, Index{tile_columns + 1}}) {
    for (Index first = 0; first + width <= columns; first += width) {
      CHECK(product(first, width) == whole.middleCols(first, width));
    }
  }
}
