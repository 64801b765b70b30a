#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/picture/grey_image.hpp>

#include <optional>

namespace inkling::inline INKLING_ABI::form {

/// The corners of a sheet of paper that lies on something darker, in pixels of the picture, clockwise from the one that
/// is nearest to the picture's top left. Nothing when no bright part of the picture has four straight sides that are
/// all seen: a scan that is the sheet itself has none.
std::optional<Quad> find_sheet(const GreyImage& page);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/sheet_outline.ipp>
#endif
