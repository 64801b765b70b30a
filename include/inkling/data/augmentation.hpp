#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>

#include <functional>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Changes one training image in place, each time in another way that `rng` decides. values: image.size(), in the order
/// of Shape; those of this library throw ShapeError when their number differs.
using Augmentation = std::function<void(std::span<float> values, const Shape& image, Rng& rng)>;

namespace detail {

/// Throws ShapeError, which begins with `who`, unless there is one value for each place of the image.
void check_image_values(const char* who, std::span<const float> values, const Shape& image);

}  // namespace detail

/// Moves the image by (right, down) pixels; what moves in is 0, what moves out is lost. values: image.size(), in the
/// order of Shape. Throws ShapeError when their number differs.
void shift(std::span<float> values, const Shape& image, Index right, Index down);

/// Shifts by up to `reach` pixels along both axes, every offset as likely as another.
/// Throws ValueError unless 0 <= reach <= 10^6.
Augmentation random_shift(Index reach);

/// One after the other.
Augmentation in_sequence(std::vector<Augmentation> steps);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/augmentation.ipp>
#endif
