#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>
#include <optional>

namespace inkling::inline INKLING_ABI {

/// 1 where there is ink.
Image<std::uint8_t> ink_mask(const Ink& ink);

/// Takes the printed lines of a form out of the ink of one line of characters: ruled lines, boxes, and the bars between
/// their cells. Returns the rectangle between the outermost lines when there is a box.
///
/// A level line is at least half as long as the picture, and twice as long as what is left of the ink is high: so the
/// bar of a T is none. An upright line belongs to a box: it runs from its upper to its lower side.
std::optional<Box> remove_form(Ink& ink);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/form_lines.ipp>
#endif
