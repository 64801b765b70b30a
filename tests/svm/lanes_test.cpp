#include <inkling/svm/detail/lanes.hpp>

#include <doctest/doctest.h>

#include "all_close.hpp"
#include "random_matrix.hpp"

using namespace inkling;
using inkling::test::random_matrix;

TEST_CASE("multiply adds the product of matrices, whichever way the first lies in memory") {
  for (const Index depth : {0, 1, 7, 40}) {
    CAPTURE(depth);
    const Index rows = 48;
    const Matrix a = random_matrix<float>(rows, depth, 1);
    const Matrix b = random_matrix<float>(svm::detail::lanes, depth, 2);
    const Matrix before = random_matrix<float>(svm::detail::lanes, rows, 3);
    const Matrix expected = before + b * a.transpose();
    Matrix result = before;
    svm::detail::multiply(rows, depth, a.data(), 1, rows, b.data(), svm::detail::lanes, result.data(),
                          svm::detail::lanes);
    CHECK(test::mismatch(result, expected, 1e-5, 1e-5) == "");

    const Matrix across = a.transpose();
    result = before;
    svm::detail::multiply(rows, depth, across.data(), depth, 1, b.data(), svm::detail::lanes, result.data(),
                          svm::detail::lanes);
    CHECK(test::mismatch(result, expected, 1e-5, 1e-5) == "");
  }
  CHECK(svm::detail::whole_tiles(0) == 0);
  CHECK(svm::detail::whole_tiles(1) == 16);
  CHECK(svm::detail::whole_tiles(32) == 32);
}
