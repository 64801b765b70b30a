#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/dataset.hpp>

#include <functional>
#include <optional>
#include <span>

namespace inkling::inline INKLING_ABI {

/// How ink is found in the world: the share of the pictures that each effect meets. How strong an effect is, is drawn
/// anew for each picture.
struct FoundInk {
  float low_resolution = 0.3F;  // 10 to 18 pixels to a character, else 18 to 44
  float slant = 0.5F;           // slanted by up to 0.45 columns a row, turned by up to 8 degrees
  float stretch = 0.4F;         // a quarter narrower to a third wider
  float perspective = 0.15F;
  float thickness = 0.5F;  // thinner, or thick as felt
  float faint = 0.35F;     // a tenth to half of the contrast
  float pressure = 0.3F;   // pencils pressed unevenly
  float grain = 0.15F;
  float light = 0.3F;
  float texture = 0.2F;
  float print_through = 0.06F;
  float rules = 0.12F;
  float squares = 0.06F;
  float box = 0.2F;
  float scan_edge = 0.05F;
  float neighbours = 0.2F;
  float joining = 0.12F;
  float tight = 0.3F;  // cut close to the character
  float blur = 0.4F;
  float noise = 0.5F;
  float specks = 0.05F;
  float blocks = 0.15F;
  float one_bit = 0.3F;
  float inverted = 0.1F;

  void check() const;  // throws ValueError that names the first share outside 0..1
};

/// One picture of the character in `values` (square, 0 paper to 1 ink, in the order of Shape, one channel) as it might
/// be found. Result: width x height bytes, 0 black to 255 white, a column is a row of the picture. `others` lends its
/// characters, of the same shape, as neighbours and for what shines through; without them there are none. Throws
/// ValueError as FoundInk::check, ShapeError unless the images are square, of one channel, and as many as their values.
Pixels found_picture(std::span<const float> values, const Shape& image, const FoundInk& found, const Dataset* others,
                     Rng& rng);

/// Makes of a picture of a character what a model sees of it. picture: as found_picture returns; values: what the
/// network gets. False when nothing could be read; the values are then as before.
using PictureReader = std::function<bool(const Pixels& picture, std::span<float> values)>;

/// Shows a `share` of the images as they might be found, read again by `read`; the others stay as they are, and so does
/// an image whose picture cannot be read. Throws ValueError for a share outside 0..1, or without a reader; ShapeError
/// when the others are no square images of one channel.
Augmentation random_found_ink(const FoundInk& found, float share, std::optional<Dataset> others, PictureReader read);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/found_ink.ipp>
#endif
