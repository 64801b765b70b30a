#include "pictures.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/codec/limits.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/augmentation.hpp>
#include <inkling/data/distortion.hpp>
#include <inkling/data/found_ink.hpp>
#include <inkling/data/pen.hpp>
#include <inkling/data/written_line.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/rule.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/picture/encode.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "options/walk.hpp"

using namespace inkling;
using inkling::test::expect;
using inkling::test::Walk;
using namespace inkling::test;

namespace {

bool has_pixels(const GreyImage& image) {
  return image.width() > 0 && image.height() > 0;
}

}  // namespace

TEST_CASE("options of pictures of a character") {
  const GreyImage picture = invert(draw_four(60));
  Image<std::uint8_t> mask(40, 30);
  for (Index x = 0; x < 40; ++x) mask(x, 12) = mask(x, 13) = 1;
  const std::vector<std::uint8_t> png = encode_png(picture);
  Walk<NormaliseOptions>({}, [&](const NormaliseOptions& options) { expect(has_pixels(normalise(picture, options))); })
      .field("side", &NormaliseOptions::side)
      .field("margin", &NormaliseOptions::margin)
      .field("thinnest", &NormaliseOptions::thinnest)
      .field("thin_sigma", &NormaliseOptions::thin_sigma)
      .field("largest_side", &NormaliseOptions::largest_side)
      .field("working_side", &NormaliseOptions::working_side)
      .field("stroke_width", &NormaliseOptions::stroke_width)
      .field("sigma", &NormaliseOptions::sigma);
  Walk<InkOptions>({},
                   [&](const InkOptions& options) {
                     try {
                       find_ink(picture, options);
                     } catch (const NoInkError&) {  // as much as was asked for does not stand out
                     }
                   })
      .field("min_contrast", &InkOptions::min_contrast)
      .field("min_signal", &InkOptions::min_signal);
  Walk<RuleOptions>({.min_length = 10, .max_thickness = 4},
                    [&](const RuleOptions& options) { find_rules(mask, options); })
      .field("min_length", &RuleOptions::min_length)
      .field("max_thickness", &RuleOptions::max_thickness)
      .field("max_slope", &RuleOptions::max_slope)
      .field("min_clear", &RuleOptions::min_clear)
      .field("min_ink", &RuleOptions::min_ink);
  Walk<DecodeLimits>({},
                     [&](const DecodeLimits& options) {
                       try {
                         expect(has_pixels(decode_image(png, options)));
                       } catch (const ImageTooLargeError&) {  // that is what they are for
                       }
                     })
      .field("bytes", &DecodeLimits::bytes)
      .field("side", &DecodeLimits::side)
      .field("pixels", &DecodeLimits::pixels)
      .field("memory", &DecodeLimits::memory);
}

TEST_CASE("options of augmentations") {
  const Shape shape{28, 28, 1};
  std::vector<float> values(784, 0.0F);
  for (std::size_t y = 6; y < 22; ++y) values[28 * y + 14] = values[28 * y + 15] = 1;
  const auto change = [&](const Augmentation& augmentation) {
    std::vector<float> changed = values;
    Rng rng(1);
    augmentation(changed, shape, rng);
    for (const float value : changed) expect(std::isfinite(value));
  };
  Walk<Distortion>({.rotation = 5, .shear = 0.1F, .scale = 0.1F, .shift = 1, .elastic = 0.5F},
                   [&](const Distortion& options) { change(random_distortion(options)); })
      .field("rotation", &Distortion::rotation)
      .field("shear", &Distortion::shear)
      .field("scale", &Distortion::scale)
      .field("shift", &Distortion::shift)
      .field("elastic", &Distortion::elastic)
      .field("knots", &Distortion::knots);
  Walk<PenVariation>({.thicken = 0.5F, .thin = 0.5F, .blur = 0.5F},
                     [&](const PenVariation& options) { change(random_pen(options)); })
      .field("thicken", &PenVariation::thicken)
      .field("thin", &PenVariation::thin)
      .field("blur", &PenVariation::blur);
  Walk<FoundInk>({},
                 [&](const FoundInk& options) {
                   Rng rng(1);
                   expect(found_picture(values, shape, options, nullptr, rng).size() > 0);
                 })
      .field("low_resolution", &FoundInk::low_resolution)
      .field("slant", &FoundInk::slant)
      .field("stretch", &FoundInk::stretch)
      .field("perspective", &FoundInk::perspective)
      .field("thickness", &FoundInk::thickness)
      .field("faint", &FoundInk::faint)
      .field("pressure", &FoundInk::pressure)
      .field("grain", &FoundInk::grain)
      .field("light", &FoundInk::light)
      .field("texture", &FoundInk::texture)
      .field("print_through", &FoundInk::print_through)
      .field("rules", &FoundInk::rules)
      .field("squares", &FoundInk::squares)
      .field("box", &FoundInk::box)
      .field("scan_edge", &FoundInk::scan_edge)
      .field("neighbours", &FoundInk::neighbours)
      .field("joining", &FoundInk::joining)
      .field("tight", &FoundInk::tight)
      .field("blur", &FoundInk::blur)
      .field("noise", &FoundInk::noise)
      .field("specks", &FoundInk::specks)
      .field("blocks", &FoundInk::blocks)
      .field("one_bit", &FoundInk::one_bit)
      .field("inverted", &FoundInk::inverted);
}

TEST_CASE("habits of those who write lines") {
  const Dataset digits(Shape{4, 4, 1}, Pixels::Constant(16, 10, 200), {0, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                       {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"});
  Walk<LineHabits>({},
                   [&](const LineHabits& habits) {
                     Rng rng(1);
                     expect(LineWriter({digits}, habits).write("1.950,50", rng).size() > 0);
                   })
      .field("own_hand", &LineHabits::own_hand)
      .field("barred_sevens", &LineHabits::barred_sevens)
      .field("flagged_ones", &LineHabits::flagged_ones)
      .field("mirrored_nines", &LineHabits::mirrored_nines)
      .field("ticked_fives", &LineHabits::ticked_fives)
      .field("joined_zeros", &LineHabits::joined_zeros)
      .field("joined", &LineHabits::joined)
      .field("small_cents", &LineHabits::small_cents)
      .field("boxes", &LineHabits::boxes)
      .field("other_signs", &LineHabits::other_signs)
      .field("low_resolution", &LineHabits::low_resolution)
      .field("pressure", &LineHabits::pressure)
      .field("grain", &LineHabits::grain)
      .field("faint", &LineHabits::faint)
      .field("rules", &LineHabits::rules)
      .field("light", &LineHabits::light)
      .field("texture", &LineHabits::texture)
      .field("waves", &LineHabits::waves)
      .field("blur", &LineHabits::blur)
      .field("noise", &LineHabits::noise)
      .field("specks", &LineHabits::specks)
      .field("blocks", &LineHabits::blocks)
      .field("one_bit", &LineHabits::one_bit);
}
