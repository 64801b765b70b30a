#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/label.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI {

using Index = Eigen::Index;

/// Column-major; one column is one sample wherever samples are involved.
template <typename Scalar>
using MatrixOf = Eigen::Matrix<Scalar, Eigen::Dynamic, Eigen::Dynamic>;
template <typename Scalar>
using VectorOf = Eigen::Matrix<Scalar, Eigen::Dynamic, 1>;

using Matrix = MatrixOf<float>;
using Vector = VectorOf<float>;

static_assert((Matrix::Flags & Eigen::RowMajorBit) == 0,
              "Inkling holds a sample in a column: compile it without EIGEN_DEFAULT_TO_ROW_MAJOR");

/// Views that functions take: any matrix, map or block of whole columns, without a copy.
template <typename Scalar>
using MatrixRef = Eigen::Ref<MatrixOf<Scalar>>;
template <typename Scalar>
using ConstMatrixRef = Eigen::Ref<const MatrixOf<Scalar>>;

/// Grey images as bytes, 0 paper to 255 ink. Shape: pixels x samples; a column is one image, row by row from the top.
using Pixels = MatrixOf<std::uint8_t>;

}  // namespace inkling::inline INKLING_ABI
