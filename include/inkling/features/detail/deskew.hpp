#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>

namespace inkling::inline INKLING_ABI::detail {

/// How far a character leans: columns to the right for each row up, as everywhere. It is the slope of the line through
/// the ink by least squares, across over up: the second central moments -mu_xy / mu_yy, as rows count downwards. 0
/// without ink, or with one row of it.
/// ink: width x height, a column is a row of the picture.
float slant(const Matrix& ink);

/// The character upright: every row is moved sideways by the slant times its distance from the centre of mass, between
/// pixels by linear interpolation. Ink that leaves the picture is lost. ink, result: width x height.
void deskew(const Matrix& ink, Matrix& result);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/features/detail/deskew.ipp>
#endif
