#pragma once

#include <inkling/core/config.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>

namespace inkling::inline INKLING_ABI::detail {

/// How far the writing of a line leans: columns to the right for each row up. Upright strokes fill few columns, so the
/// right shear is the one that makes the column sums most uneven (after Vinciarelli and Luettin 2001, "A new
/// normalization technique for cursive handwritten words"). Between -0.5 and 1; 0 without ink. mask: 1 is ink.
double line_slant(const Image<std::uint8_t>& mask);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/line/detail/line_slant.ipp>
#endif
