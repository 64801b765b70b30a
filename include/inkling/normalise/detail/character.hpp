#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI::detail {

/// A stroke no wider than a pixel is pale where it lies between two. The sum over both is the same everywhere, so a
/// slight blur makes such strokes even.
void join_pixels(Ink& ink, const NormaliseOptions& options);

/// Takes ruled lines and squares out of the ink, if a character is left that ends before they do: so the bar of a T
/// that reaches from edge to edge is none.
void remove_lines(Ink& ink);

/// Paints over the parts that do not belong to the character, with their soft edges; returns the box of what stays.
Box isolate_character(Ink& ink);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/normalise/detail/character.ipp>
#endif
