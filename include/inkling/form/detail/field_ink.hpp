#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/ink/ink.hpp>
#include <inkling/ink/paper.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>

namespace inkling::inline INKLING_ABI::form::detail {

/// Pixels between the upper and lower side of a cell in which fields are worked on: strokes are then about as thick as
/// a bicubic enlargement can draw well, and lengths below may be told in pixels.
inline constexpr double working_height = 80;

/// A field at the working size. Amounts of ink are shares of the paper's light, 0 to 1.
struct FieldInk {
  FloatImage amount;
  Box place = {};    // of the field
  double scale = 1;  // working pixels for each pixel of the picture
  float noise = 0;   // of the paper, root mean square

  Index width() const noexcept { return amount.width(); }
  Index height() const noexcept { return amount.height(); }
};

/// The amount of ink in a picture, 0 to 1, and the noise of its paper. The paper is fitted to a picture of about 48 by
/// 48 pixels or as many.
inline FloatImage find_amount(const GreyImage& picture, float& noise) {
  const auto tile = static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(picture.size())) / 48));
  const Index shorter = std::min(picture.width(), picture.height());
  FloatImage amount =
      ink_on_paper(picture, fit_paper(shrink(picture, std::clamp<Index>(tile, 1, std::max<Index>(1, shorter / 8)))));
  const auto values = amount.array();
  const Index lighter = (values < 0.0F).count();
  noise = lighter > 0 ? std::sqrt(values.min(0.0F).square().sum() / static_cast<float>(lighter)) : 0;
  for (float& value : amount.values()) value = std::clamp(value, 0.0F, 1.0F);
  return amount;
}

/// The ink and print of a field. Throws ShapeError for an empty picture or place.
inline FieldInk find_field_ink(const GreyImage& picture, const Box& place) {
  require<ShapeError>(!picture.empty() && place.width >= 1 && place.height >= 1,
                      "form: a field has a picture and a place of at least one pixel");
  FieldInk field;
  const FloatImage amount = find_amount(picture, field.noise);
  field.scale = working_height / place.height;
  const auto width = static_cast<Index>(std::ceil(static_cast<double>(picture.width()) * field.scale));
  const auto height = static_cast<Index>(std::ceil(static_cast<double>(picture.height()) * field.scale));
  field.amount =
      resize(amount, {0, 0, static_cast<double>(width) / field.scale, static_cast<double>(height) / field.scale}, width,
             height);
  for (float& value : field.amount.values()) value = std::clamp(value, 0.0F, 1.0F);
  field.place = {place.x * field.scale, place.y * field.scale, place.width * field.scale, place.height * field.scale};
  return field;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
