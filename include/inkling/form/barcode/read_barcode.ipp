#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/barcode/read_barcode.hpp>
#include <inkling/form/registration/ink_map.hpp>

#ifndef ZX_USE_UTF8
#define ZX_USE_UTF8  // texts of ZXing are UTF-8
#endif
#include <ZXing/ReadBarcode.h>
#include <algorithm>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// Share of a place that is dark.
inline double dark_share(const GreyImage& picture, const Box& place) {
  const GreyImage ink = ink_map(picture, std::max<Index>(24, picture.height() / 2));
  const auto clamped = [](double at, Index limit) { return std::clamp<Index>(static_cast<Index>(at), 0, limit); };
  const Index left = clamped(place.x, ink.width());
  const Index right = clamped(place.x + place.width, ink.width());
  Index dark = 0;
  Index all = 0;
  for (Index y = clamped(place.y, ink.height()); y < clamped(place.y + place.height, ink.height()); ++y) {
    for (Index x = left; x < right; ++x, ++all) dark += ink(x, y) > 80 ? 1 : 0;
  }
  return all > 0 ? static_cast<double>(dark) / static_cast<double>(all) : 0;
}

}  // namespace detail

INKLING_INLINE FieldReading read_barcode(const Field& field, const FieldPicture& picture) {
  require<ShapeError>(!picture.picture.empty(), "read_barcode: the picture is empty");
  FieldReading reading{.name = field.name};
  const GreyImage& grey = picture.picture;
  ZXing::DecodeHints hints;
  hints.setTryHarder(true).setTryRotate(true);
  const ZXing::ImageView view(grey.values().data(), static_cast<int>(grey.width()), static_cast<int>(grey.height()),
                              ZXing::ImageFormat::Lum);
  std::vector<std::string> texts;
  for (const ZXing::Result& result : ZXing::ReadBarcodes(view, hints)) {
    if (!result.isValid()) continue;
    // The picture shows some of the page around the field, where other codes may lie.
    const auto& corners = result.position();
    const double x = (corners.topLeft().x + corners.bottomRight().x) / 2.0;
    const double y = (corners.topLeft().y + corners.bottomRight().y) / 2.0;
    const Box& place = picture.place;
    if (x < place.x || x > place.x + place.width || y < place.y || y > place.y + place.height) continue;
    std::string text = result.text();
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  if (texts.size() == 1) {
    reading.text = texts.front();
    reading.status = FieldStatus::read;
    reading.confidence = 0.9999;
    reading.alternatives = {{reading.text, reading.confidence}};
  } else if (texts.size() > 1) {
    std::sort(texts.begin(), texts.end());
    for (const std::string& text : texts) reading.text += (reading.text.empty() ? "" : "+") + text;
    reading.status = FieldStatus::doubtful;
    reading.reason = "there are " + std::to_string(texts.size()) + " codes, expected one";
  } else if (detail::dark_share(grey, picture.place) > 0.02) {
    reading.status = FieldStatus::doubtful;
    reading.reason = "there is something, but no code that can be read";
  } else {
    reading.status = FieldStatus::empty;
    reading.confidence = 0.99;
  }
  return reading;
}

}  // namespace inkling::inline INKLING_ABI::form
