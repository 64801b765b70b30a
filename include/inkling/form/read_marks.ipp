#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/detail/field_ink.hpp>
#include <inkling/form/read_marks.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void ReadMarksOptions::check() const {
  in_range("ReadMarksOptions::faintest", faintest, {0, 1});
  in_range("ReadMarksOptions::sure", sure, {0, 1});
  in_range("ReadMarksOptions::full", full, {0, 1});
}

namespace detail {

/// The mean amount of ink inside a place. What lies near its sides is left out, for there is its outline, and it may be
/// a little off.
inline double darkness(const FloatImage& amount, const Box& place) {
  constexpr double rim = 0.18;  // of its size, on each side
  const double left = place.x + rim * place.width;
  const double top = place.y + rim * place.height;
  const double width = (1 - 2 * rim) * place.width;
  const double height = (1 - 2 * rim) * place.height;
  double sum = 0;
  double count = 0;
  for (Index y = static_cast<Index>(std::floor(top)); y < static_cast<Index>(std::ceil(top + height)); ++y) {
    for (Index x = static_cast<Index>(std::floor(left)); x < static_cast<Index>(std::ceil(left + width)); ++x) {
      if (x < 0 || y < 0 || x >= amount.width() || y >= amount.height()) continue;
      sum += static_cast<double>(amount(x, y));
      ++count;
    }
  }
  return count > 0 ? sum / count : 0;
}

inline FloatImage amount_of_ink(const GreyImage& picture) {
  float noise = 0;
  return find_amount(picture, noise);
}

/// The value that a share of all lie below.
inline double quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

struct Places {
  std::vector<Box> boxes;
  std::vector<double> darkness;
};

inline Places places_of(const Field& field, const FieldPicture& picture) {
  Places places;
  places.boxes = picture.cells;
  const std::size_t even = std::max<std::size_t>(1, field.even_cells);
  for (std::size_t i = 0; places.boxes.size() < even && picture.cells.empty(); ++i) {
    const double width = picture.place.width / static_cast<double>(even);
    places.boxes.push_back(
        {picture.place.x + static_cast<double>(i) * width, picture.place.y, width, picture.place.height});
  }
  const FloatImage amount = amount_of_ink(picture.picture);
  for (const Box& box : places.boxes) places.darkness.push_back(darkness(amount, box));
  if (picture.print) {
    const FloatImage print = amount_of_ink(*picture.print);
    for (std::size_t i = 0; i < places.boxes.size(); ++i) {
      places.darkness[i] = std::max(0.0, places.darkness[i] - darkness(print, places.boxes[i]));
    }
  }
  return places;
}

/// Rises from 0 to 1 around a limit, by e in a tenth of the way from empty to filled.
inline double softly_above(double value, double limit) {
  return 1 / (1 + std::exp((limit - value) / 0.06));
}

inline std::string value_of(const Field& field, std::size_t place) {
  if (place < field.cells.size() && !field.cells[place].value.empty()) return field.cells[place].value;
  return std::to_string(place + 1);
}

/// Where the print is not known, an 8 in a bubble is darker than a 1: bubbles of one value are compared with one
/// another, and what their lighter third is darker than that of all places is taken off.
inline void level_letters(std::span<const Field> fields, std::span<const FieldPicture> pictures,
                          std::vector<Places>& places) {
  std::map<std::string, std::vector<double>> by_value;
  std::vector<double> all;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (pictures[i].print) continue;
    for (std::size_t k = 0; k < places[i].darkness.size(); ++k) {
      by_value[value_of(fields[i], k)].push_back(places[i].darkness[k]);
      all.push_back(places[i].darkness[k]);
    }
  }
  const double usual = quantile(all, 0.3);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (pictures[i].print) continue;
    for (std::size_t k = 0; k < places[i].darkness.size(); ++k) {
      const std::vector<double>& alike = by_value[value_of(fields[i], k)];
      constexpr std::size_t enough = 6;
      if (alike.size() >= enough) places[i].darkness[k] -= std::clamp(quantile(alike, 0.3) - usual, -0.1, 0.1);
    }
  }
}

}  // namespace detail

INKLING_INLINE std::vector<FieldReading> read_marks(std::span<const Field> fields,
                                                    std::span<const FieldPicture> pictures,
                                                    const ReadMarksOptions& options) {
  options.check();
  if (fields.size() != pictures.size()) {
    throw ShapeError("read_marks: expected a picture for each of " + std::to_string(fields.size()) + " fields, got " +
                     std::to_string(pictures.size()));
  }
  std::vector<detail::Places> places;
  for (std::size_t i = 0; i < fields.size(); ++i) places.push_back(detail::places_of(fields[i], pictures[i]));
  detail::level_letters(fields, pictures, places);
  std::vector<double> all;
  for (const detail::Places& row : places) all.insert(all.end(), row.darkness.begin(), row.darkness.end());
  // Most places of most pages are empty. A filled one takes at least a good part of the light; crosses and ticks in
  // boxes cover less of theirs, so what counts as filled is learnt from the page where it has marks.
  const double empty = detail::quantile(all, 0.3);
  constexpr double least_contrast = 0.16;
  double filled = detail::quantile(all, 0.97);
  std::vector<double> marked;
  for (const double value : all) {
    if (value > empty + std::max(least_contrast, (filled - empty) / 2)) marked.push_back(value);
  }
  filled = marked.empty() ? empty + 0.45 : detail::quantile(marked, 0.5);
  filled = std::max(filled, empty + 1.6 * least_contrast);

  std::vector<FieldReading> readings;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    FieldReading reading{.name = field.name};
    // The light on a page differs from place to place: a row with an empty place says how dark those are here.
    const std::vector<double>& values = places[i].darkness;
    double base = empty;
    if (values.size() >= 3) {
      const double own = detail::quantile(values, 0.34);
      base = std::clamp(own, empty - 0.5 * (filled - empty), empty + 0.3 * (filled - empty));
    }
    std::vector<std::size_t> clear;
    std::vector<std::size_t> faint;
    double sure = 1;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const double share = (values[k] - base) / (filled - empty);
      CellReading cell{.status = CellStatus::empty, .ink = values[k]};
      const Box& box = places[i].boxes[k];
      cell.place = upright(box.x, box.y, box.width, box.height);
      const bool cancelled = field.fill_cancels && values[k] - base > options.full * (1 - base);
      const double is_mark = detail::softly_above(share, options.sure);
      if (cancelled) {
        cell.status = CellStatus::crossed;
        cell.candidates = {{"", is_mark}};
      } else if (share > options.faintest) {
        cell.status = share > options.sure ? CellStatus::read : CellStatus::unread;
        if (share > options.sure) cell.candidates = {{detail::value_of(field, k), is_mark}};
        (share > options.sure ? clear : faint).push_back(k);
      }
      sure *= std::max(is_mark, 1 - is_mark);
      reading.cells.push_back(std::move(cell));
    }
    reading.confidence = sure;
    const std::vector<std::size_t>& chosen = clear.empty() ? faint : clear;
    for (const std::size_t k : chosen) {
      if (!reading.text.empty()) reading.text += "+";
      reading.text += field.kind == FieldKind::tick ? "yes" : detail::value_of(field, k);
    }
    reading.status = chosen.empty() ? FieldStatus::empty : FieldStatus::read;
    const auto doubt = [&](const std::string& reason) {
      reading.status = FieldStatus::doubtful;
      reading.reason = reason;
      reading.confidence = std::min(reading.confidence, 0.5);
    };
    if (field.kind == FieldKind::tick && chosen.empty()) reading.text = "no";
    if (clear.empty() && !faint.empty()) {
      doubt("the mark is faint");
    } else if (clear.size() > 1 && !field.many) {
      doubt("there are " + std::to_string(clear.size()) + " marks, expected one");
    } else if (clear.empty() && field.required) {
      doubt("there is no mark, expected one");
    }
    readings.push_back(std::move(reading));
  }
  return readings;
}

}  // namespace inkling::inline INKLING_ABI::form
