#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/normalise/options.hpp>
#include <inkling/picture/grey_image.hpp>

namespace inkling::inline INKLING_ABI {

/// The last steps of normalise(): what `box` holds of the ink becomes what EMNIST would hold, and each step is
/// reported. Around the box there is paper only. Throws NoInkError when there is no ink, as in an empty box, and
/// ValueError for a box that is not finite or far larger than a picture.
GreyImage as_emnist(Ink ink, const Box& box, const NormaliseOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/normalise/conversion.ipp>
#endif
