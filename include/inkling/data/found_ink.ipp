#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/capture.hpp>
#include <inkling/data/detail/ink_box.hpp>
#include <inkling/data/found_ink.hpp>
#include <inkling/data/sheet.hpp>
#include <inkling/data/surroundings.hpp>
#include <inkling/data/wear.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline void check_square_grey(const char* who, const Shape& image) {
  if (image.width == image.height && image.channels == 1) return;
  throw ShapeError(std::string(who) + ": expected square grey images, got " + to_string(image));
}

/// One picture in the making. Every step draws its own random numbers.
class FoundPicture {
 public:
  FoundPicture(const Shape& image, const FoundInk& found, const Dataset* others, Rng& rng)
      : image_(image), found_(found), others_(others), rng_(rng) {}

  Pixels draw(std::span<const float> values) {
    size_ = happens(found_.low_resolution) ? rng_.uniform(10, 18) : rng_.uniform(18, 44);
    const bool tight = happens(found_.tight);
    const InkBox box = box_of_ink(values, image_);
    if (box.empty()) return Pixels::Constant(8, 8, 255);
    write(values, box, tight);
    surround();
    print();
    light();
    return captured();
  }

 private:
  bool happens(float chance) { return rng_.uniform() < chance; }

  /// How the hand and the camera stand to the paper.
  Placement placement() {
    Placement place{.size = size_};
    if (happens(found_.slant)) {
      place.slant = rng_.uniform(-0.3F, 0.45F);
      place.rotation = rng_.uniform(-0.14F, 0.14F);
    }
    if (happens(found_.stretch)) place.stretch = rng_.uniform(0.75F, 1.33F);
    if (happens(found_.perspective)) {
      place.tilt_across = rng_.uniform(-0.3F, 0.3F);
      place.tilt_down = rng_.uniform(-0.3F, 0.3F);
    }
    place.steepness = rng_.uniform(1.2F, 3.5F);
    if (happens(found_.thickness)) place.edge = rng_.uniform(0.12F, 0.72F);
    return place;
  }

  /// The character on a sheet that is cut around it.
  void write(std::span<const float> values, const InkBox& box, bool tight) {
    const auto margin = [&] { return size_ * (tight ? rng_.uniform(-0.03F, 0.08F) : rng_.uniform(0.05F, 0.45F)); };
    const auto side = [](float pixels) { return std::max<Index>(6, static_cast<Index>(std::lround(pixels))); };
    place_ = placement();
    const float unit =
        7.0F / 6 * size_ / static_cast<float>(image_.width);  // pixels of the sheet in one of the picture
    const float width = unit * (box.width() * place_.stretch + std::abs(place_.slant) * box.height());
    const float height = unit * box.height();
    const float left = margin();
    const float top = margin();
    const float right = margin();
    const float bottom = margin();
    sheet_ = blank_sheet(side(left + width + right), side(top + height + bottom), size_);
    const float centre = static_cast<float>(image_.width - 1) / 2;
    place_.x = left + width / 2 - unit * place_.stretch * (box.middle_x() - centre);
    place_.y = top + height / 2 - unit * (box.middle_y() - centre);
    draw_character(sheet_, values, image_.width, place_);
  }

  /// Other writing, and how strong all of it is.
  void surround() {
    const float pen = size_ * rng_.uniform(0.06F, 0.13F);
    if (happens(found_.joining)) {
      const std::uint32_t which = 1 + rng_.below(3);
      add_joining_strokes(sheet_, (which & 1U) != 0, (which & 2U) != 0, pen, rng_);
    }
    if (others_ != nullptr && happens(found_.neighbours)) {
      const std::uint32_t which = 1 + rng_.below(3);
      if ((which & 1U) != 0) write_neighbour(0, -1);
      if ((which & 2U) != 0) write_neighbour(static_cast<float>(sheet_.width()), 1);
    }
    if (happens(found_.pressure)) press_unevenly(sheet_, rng_.uniform(0.3F, 0.95F), rng_);
    if (happens(found_.grain)) add_grain(sheet_, rng_.uniform(0.2F, 0.8F), rng_);
    sheet_.strength = happens(found_.faint) ? rng_.uniform(0.15F, 0.5F) : rng_.uniform(0.5F, 1.0F);
  }

  /// Its middle is outside the edge of the picture: at most half of it shows.
  void write_neighbour(float edge, float direction) {
    const std::vector<float> character = lent();
    Placement beside = place_;
    beside.size *= rng_.uniform(0.8F, 1.2F);
    beside.y += rng_.uniform(-0.15F, 0.15F) * size_;
    beside.x = edge + direction * rng_.uniform(0.05F, 0.4F) * size_;
    draw_character(sheet_, character, image_.width, beside);
  }

  std::vector<float> lent() {
    const auto bytes = others_->image(static_cast<Index>(rng_.below(static_cast<std::uint32_t>(others_->size()))));
    std::vector<float> values(bytes.size());
    std::transform(bytes.begin(), bytes.end(), values.begin(),
                   [](std::uint8_t value) { return static_cast<float>(value) / 255; });
    return values;
  }

  RuleStyle line_style() {
    RuleStyle style;
    style.thickness = size_ * rng_.uniform(0.02F, 0.09F);
    style.darkness = rng_.uniform(0.2F, 1.0F);
    if (happens(0.25F)) style.dash = size_ * rng_.uniform(0.03F, 0.15F);
    return style;
  }

  /// The lines of the form or of the paper.
  void print() {
    const float slope = rng_.uniform(-0.04F, 0.04F);
    if (happens(found_.rules)) {
      const RuleStyle line = line_style();
      const auto height = static_cast<float>(sheet_.height());
      const float row = happens(0.6F) ? rng_.uniform(0.7F, 1.0F) * height : rng_.uniform(0, 0.4F) * height;
      add_rule(sheet_, false, row, slope, line);
      if (happens(0.3F)) add_rule(sheet_, false, row > height / 2 ? row - size_ : row + size_, slope, line);
    }
    if (happens(found_.squares)) {
      const float spacing = size_ * rng_.uniform(0.35F, 1.1F);
      add_squares(sheet_, spacing, slope, line_style(), rng_);
    }
    if (happens(found_.box)) {
      const float share = rng_.uniform(0.2F, 0.9F);
      add_box_sides(sheet_, share, slope, line_style(), rng_);
    }
  }

  void light() {
    if (happens(0.5F)) sheet_.paper *= rng_.uniform(0.5F, 1.0F);
    if (happens(found_.light)) light_unevenly(sheet_, rng_.uniform(0.1F, 0.5F), rng_);
    if (happens(found_.texture)) {
      const float depth = rng_.uniform(0.03F, 0.15F);
      add_texture(sheet_, depth, size_ * rng_.uniform(0.05F, 0.5F), rng_);
    }
    if (others_ != nullptr && happens(found_.print_through)) {
      const std::vector<float> character = lent();
      Sheet back = blank_sheet(sheet_.width(), sheet_.height(), size_);
      Placement behind = place_;
      behind.x += rng_.uniform(-0.5F, 0.5F) * size_;
      behind.y += rng_.uniform(-0.5F, 0.5F) * size_;
      draw_character(back, character, image_.width, behind);
      add_print_through(sheet_, back, rng_.uniform(0.03F, 0.2F) * sheet_.strength);
    }
    if (happens(found_.scan_edge)) {
      const float band = rng_.uniform(0.02F, 0.15F) * size_;
      add_scan_edge(sheet_, band, rng_.uniform(0.3F, 1.0F), rng_);
    }
  }

  Pixels captured() {
    Matrix picture = photographed(sheet_);
    if (happens(found_.blur)) {
      const float side = rng_.uniform(0.05F, 0.3F);
      defocus(picture, side, size_ > 26 && happens(0.5F) ? 3 : 1);
    }
    if (happens(found_.noise)) add_noise(picture, sheet_.strength * rng_.uniform(0.005F, 0.1F), rng_);
    if (happens(found_.specks)) {
      const float chance = rng_.uniform(0.002F, 0.01F);
      add_specks(picture, chance, rng_.uniform(0.3F, 1.0F), rng_);
    }
    if (happens(found_.blocks)) compress_blocks(picture, sheet_.strength * rng_.uniform(0.02F, 0.15F));
    if (happens(found_.one_bit)) {
      // Scanners that know their business compare with the paper around; the threshold is rarely in the middle.
      picture.array() /= sheet_.paper.array().max(0.05F);
      make_one_bit(picture, 1 - sheet_.strength * rng_.uniform(0.3F, 0.7F));
    }
    if (happens(found_.inverted)) picture = 1 - picture.array();
    return to_bytes(picture);
  }

  const Shape& image_;
  const FoundInk& found_;
  const Dataset* others_;
  Rng& rng_;
  float size_ = 0;  // pixels of the character's longer side
  Placement place_;
  Sheet sheet_;
};

}  // namespace detail

INKLING_INLINE void FoundInk::check() const {
  in_range("FoundInk::low_resolution", low_resolution, {0, 1});
  in_range("FoundInk::slant", slant, {0, 1});
  in_range("FoundInk::stretch", stretch, {0, 1});
  in_range("FoundInk::perspective", perspective, {0, 1});
  in_range("FoundInk::thickness", thickness, {0, 1});
  in_range("FoundInk::faint", faint, {0, 1});
  in_range("FoundInk::pressure", pressure, {0, 1});
  in_range("FoundInk::grain", grain, {0, 1});
  in_range("FoundInk::light", light, {0, 1});
  in_range("FoundInk::texture", texture, {0, 1});
  in_range("FoundInk::print_through", print_through, {0, 1});
  in_range("FoundInk::rules", rules, {0, 1});
  in_range("FoundInk::squares", squares, {0, 1});
  in_range("FoundInk::box", box, {0, 1});
  in_range("FoundInk::scan_edge", scan_edge, {0, 1});
  in_range("FoundInk::neighbours", neighbours, {0, 1});
  in_range("FoundInk::joining", joining, {0, 1});
  in_range("FoundInk::tight", tight, {0, 1});
  in_range("FoundInk::blur", blur, {0, 1});
  in_range("FoundInk::noise", noise, {0, 1});
  in_range("FoundInk::specks", specks, {0, 1});
  in_range("FoundInk::blocks", blocks, {0, 1});
  in_range("FoundInk::one_bit", one_bit, {0, 1});
  in_range("FoundInk::inverted", inverted, {0, 1});
}

INKLING_INLINE Pixels found_picture(std::span<const float> values, const Shape& image, const FoundInk& found,
                                    const Dataset* others, Rng& rng) {
  found.check();
  detail::check_image_values("found_picture", values, image);
  detail::check_square_grey("found_picture", image);
  if (others != nullptr && others->image_shape() != image) {
    throw ShapeError("found_picture: expected others of " + to_string(image) + ", got " +
                     to_string(others->image_shape()));
  }
  return detail::FoundPicture(image, found, others != nullptr && others->size() > 0 ? others : nullptr, rng)
      .draw(values);
}

INKLING_INLINE Augmentation random_found_ink(const FoundInk& found, float share, std::optional<Dataset> others,
                                             PictureReader read) {
  found.check();
  in_range("random_found_ink: share", share, {0, 1});
  if (!read) throw ValueError("random_found_ink: expected a reader of pictures, got none");
  if (others) detail::check_square_grey("random_found_ink", others->image_shape());
  if (others && others->size() == 0) others.reset();
  return [found, share, others = std::move(others), read = std::move(read)](std::span<float> values, const Shape& image,
                                                                            Rng& rng) {
    detail::check_image_values("random_found_ink", values, image);
    if (!(rng.uniform() < share)) return;
    read(found_picture(values, image, found, others ? &*others : nullptr, rng), values);
  };
}

}  // namespace inkling::inline INKLING_ABI
