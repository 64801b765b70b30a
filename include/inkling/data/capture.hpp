#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/sheet.hpp>

/// What cameras, scanners and their files make of a sheet. Pictures are width x height, 0 black to 1 white.
namespace inkling::inline INKLING_ABI {

/// The light that comes back from paper and ink.
Matrix photographed(const Sheet& sheet);

/// A lens out of focus: binomial weights side, 1 - 2 side, side along both axes, `times` over.
void defocus(Matrix& picture, float side, int times);

/// Noise of the sensor: evenly distributed, with this standard deviation.
void add_noise(Matrix& picture, float deviation, Rng& rng);

/// Specks of pepper: single dark pixels, each pixel with this chance.
void add_specks(Matrix& picture, float chance, float darkness, Rng& rng);

/// What JPEG loses: the cosine transform of whole blocks of 8x8 pixels, with frequencies rounded to multiples that grow
/// from `step` at the lowest to 4 `step` at the highest one.
void compress_blocks(Matrix& picture, float step);

/// Black and white: what is lighter than the threshold is white.
void make_one_bit(Matrix& picture, float threshold);

/// As a file holds it.
Pixels to_bytes(const Matrix& picture);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/capture.ipp>
#endif
