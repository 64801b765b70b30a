#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstdint>

namespace inkling::inline INKLING_ABI::detail {

/// Takes printed boxes around single characters, or rows of them, out of the ink and its mask: connected parts with
/// four straight sides, however their corners are. What they enclose stays, and so does what touches them, but for the
/// thickness of the box. A shade around white boxes goes as a whole. Whether there was any.
///
///     +-----+  +-----+        leftmost ink of each row: straight in a box,
///     |  /\ |  |     |        round in a 0
///     |  \/ |  |  /  |
///     +-----+  +--/--+
bool erase_frames(const Components& components, Image<std::uint8_t>& mask, Ink& ink);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/line/detail/frames.ipp>
#endif
