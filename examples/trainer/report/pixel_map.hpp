#pragma once

#include <inkling/core/shape.hpp>

#include <span>

#include "report/picture.hpp"

/// How much each pixel of an image matters. values: image.pixels() of them, not negative; the largest is drawn in full.
Picture pixel_map(std::span<const double> values, const inkling::Shape& image);
