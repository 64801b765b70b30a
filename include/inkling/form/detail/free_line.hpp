#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/detail/cell_ink.hpp>
#include <inkling/form/detail/page_hand.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/date.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/search.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form::detail {

/// The part of a field that its ink takes, with a rim.
inline Component written_part(const FieldContent& content) {
  Component all{content.field.width(), content.field.height(), 0, 0, 0};
  for (const CellInk& cell : content.cells) {
    if (cell.box.area > 0) all = together(all, cell.box);
  }
  constexpr Index rim = 8;
  return {std::max<Index>(0, all.left - rim), std::max<Index>(0, all.top - rim),
          std::min(content.field.width(), all.right + rim), std::min(content.field.height(), all.bottom + rim),
          all.area};
}

/// The ink that belongs to a field, dark on white, without anything else.
inline GreyImage clean_picture(const FieldContent& content, const Component& part) {
  GreyImage picture(part.width(), part.height(), 255);
  for (Index y = 0; y < picture.height(); ++y) {
    for (Index x = 0; x < picture.width(); ++x) {
      if (content.owner(part.left + x, part.top + y) < 0) continue;
      const float share = std::min(1.0F, content.field.amount(part.left + x, part.top + y) / content.pen);
      picture(x, y) = static_cast<std::uint8_t>(255 - 225 * share);
    }
  }
  return picture;
}

/// The whole field, and where its cells are: a picture for people.
inline GreyImage whole_clean_picture(const FieldContent& content) {
  GreyImage picture = clean_picture(content, {0, 0, content.field.width(), content.field.height(), 0});
  for (const CellSpan& span : content.grid.cells) {
    for (const double side : {span.left, span.right}) {
      const auto x = static_cast<Index>(side);
      for (Index y = 0; y < picture.height() && x >= 0 && x < picture.width(); y += 4) picture(x, y) = 128;
    }
  }
  return picture;
}

/// A way to write a field, and what it costs to be written so.
struct WayToWrite {
  Pattern pattern;
  double price = 0;          // nats
  bool drops_marks = false;  // they are no part of the text
};

inline std::vector<WayToWrite> ways_to_write(const Field& field, bool crowded) {
  std::vector<WayToWrite> ways;
  if (!field.pattern.empty()) return {{Pattern::parse(field.pattern)}};
  const std::string mark =
      field.kind == FieldKind::upper                                                                         ? "A"
      : field.kind == FieldKind::lower                                                                       ? "a"
      : field.kind == FieldKind::letters                                                                     ? "@"
      : field.kind == FieldKind::digits || field.kind == FieldKind::decimal || field.kind == FieldKind::date ? "#"
                                                                                                             : "?";
  if (field.kind == FieldKind::date) {
    for (const char* separator : {"/", "-", "."}) {
      for (const char* day : {"#", "##"}) {
        for (const char* month : {"#", "##"}) {
          for (const char* year : {"##", "####"}) {
            ways.push_back({Pattern::parse(std::string(day) + separator + month + separator + year)});
          }
        }
      }
    }
    return ways;
  }
  if (field.kind == FieldKind::decimal) {
    ways.push_back({Pattern::parse("*#"), 3.2});  // a faint sign is no dirt
    for (const char* text : {"*#.#", "*#.##", "*#,##"}) ways.push_back({Pattern::parse(text)});
    return ways;
  }
  const bool grade = field.charset.find('+') != std::string::npos || field.charset.ends_with('-');
  if (grade) {
    for (const char* text : {"A", "A+", "A-"}) ways.push_back({Pattern::parse(text)});
    return ways;
  }
  if (crowded) {  // boxes were ignored: any number of characters up to that of the boxes
    std::string text;
    for (std::size_t i = 0; i < field.even_cells; ++i) {
      text += mark;
      ways.push_back({Pattern::parse(text)});
    }
    return ways;
  }
  if (field.even_cells > 0 && mark == "#") {
    const std::string text(field.even_cells, '#');
    ways.push_back({Pattern::parse(text)});
    ways.push_back({Pattern::parse("-" + text), 0.3, true});  // a dash that keeps others from adding digits
    ways.push_back({Pattern::parse("*#"), 6});
    return ways;
  }
  ways.push_back({Pattern::parse("*" + mark)});
  return ways;
}

/// Puts a decimal sign where a dot stands between two characters, if none was read. Dots may stand at any height, and
/// are small enough to be taken for dirt.
inline void set_decimal_sign(FieldReading& reading, const FieldContent& content) {
  if (reading.cells.size() < 2 || reading.text.find_first_of(".,") != std::string::npos) return;
  Image<std::uint8_t> mask(content.field.width(), content.field.height());
  for (Index i = 0; i < mask.size(); ++i) {
    mask.row(0)[i] = content.owner.row(0)[i] >= 0 && content.field.amount.row(0)[i] > content.pen / 2 ? 1 : 0;
  }
  const double height = content.grid.bottom - content.grid.top;
  const double scale = content.field.scale;
  std::optional<std::size_t> place;
  for (const Component& part : connected_components(mask).parts) {
    const double size = static_cast<double>(std::max(part.width(), part.height()));
    const double middle = static_cast<double>(part.left + part.right) / 2 / scale;
    if (size > 0.24 * height || static_cast<double>(part.top + part.bottom) / 2 < content.grid.top + 0.35 * height)
      continue;
    for (std::size_t k = 0; k + 1 < reading.cells.size(); ++k) {
      const double from = reading.cells[k].place[1].x - 1.5 / scale;
      const double to = reading.cells[k + 1].place[0].x + 1.5 / scale;
      if (middle <= from || middle >= to) continue;
      if (place) return;  // two dots are dirt
      place = k + 1;
    }
  }
  if (place) reading.text.insert(*place, ".");
}

/// Reads a field whose characters stand where they like. characters: is given those that were read.
inline FieldReading read_line(const FieldContent& content, const Field& field, const CharSet& charset,
                              const Classifier& model, int threads, bool crowded,
                              std::vector<PageCharacter>& characters) {
  FieldReading reading{.name = field.name, .text = {}};
  reading.confidence = 1;
  if (!(content.pen > 0)) return reading;
  const double scale = content.field.scale;
  try {
    const Component part = written_part(content);
    if (part.area == 0) return reading;
    const Segmentation line = segment(clean_picture(content, part));
    const Lattice lattice = build_lattice(line, model, {.charset = charset, .threads = threads});
    const std::vector<std::string>& names = model.class_names();
    double best = -std::numeric_limits<double>::infinity();
    double second = best;
    for (const WayToWrite& way : ways_to_write(field, crowded)) {
      std::optional<ReadPath> path;
      try {
        path = find_read_path(lattice, way.pattern, charset, names);
      } catch (const Error&) {
        continue;
      }
      FieldReading candidate;
      std::vector<PageCharacter> seen;
      double score = path->score - way.price;
      for (const ReadStep& step : path->steps) {
        const Pattern::Element& element = way.pattern.elements()[step.element];
        if (element.is_mark()) {
          if (!step.arc) score -= 3;
          if (!way.drops_marks) candidate.text += element.mark;
          continue;
        }
        if (!step.arc) continue;
        CellReading cell{.status = CellStatus::read};
        const CharSet admitted = element.characters & charset;
        const Matrix probabilities = lattice.probabilities.col(static_cast<Index>(*step.arc));
        for (const inkling::Candidate& c :
             best_candidates(probabilities, names, {.charset = admitted, .candidates = 10})) {
          cell.candidates.push_back({c.label, c.probability});
        }
        const Arc& arc = lattice.arcs[*step.arc];
        const GreyImage image = character_image(line, arc.first, arc.last, {.side = model.input_shape().height});
        seen.push_back({.cell = candidate.cells.size(),
                        .admitted = admitted_classes(admitted, names),
                        .shown = shown_labels(admitted, names),
                        .image = Eigen::Map<const Pixels>(image.values().data(), image.size(), 1),
                        .probabilities = probabilities});
        const Box& box = arc.box;
        cell.place = upright((box.x + static_cast<double>(part.left)) / scale,
                             (box.y + static_cast<double>(part.top)) / scale, box.width / scale, box.height / scale);
        candidate.text += cell.candidates.front().label;
        candidate.cells.push_back(std::move(cell));
      }
      if (field.kind == FieldKind::date && !is_date(candidate.text)) score -= 4;
      if (score > best) {
        second = best;
        best = score;
        reading.text = candidate.text;
        reading.cells = std::move(candidate.cells);
        characters = std::move(seen);
      } else {
        second = std::max(second, score);
      }
    }
    for (const CellReading& cell : reading.cells) reading.confidence *= cell.candidates.front().probability;
    if (field.kind == FieldKind::decimal && field.decimals < 0) set_decimal_sign(reading, content);
    if (crowded) reading.confidence *= 0.8;
    if (std::isfinite(second)) reading.confidence /= 1 + std::exp(second - best);
  } catch (const NoInkError&) {
    return reading;
  } catch (const FormatError&) {  // more parts than a line of writing has
    reading.cells = {{.status = CellStatus::unread}};
    reading.confidence = 0;
    reading.status = FieldStatus::doubtful;
    reading.reason = "what is there does not look like writing";
    return reading;
  }
  if (reading.text.empty()) {
    reading.cells = {{.status = CellStatus::unread}};
    reading.confidence = 0;
    reading.status = FieldStatus::doubtful;
    reading.reason = "nothing could be read";
    return reading;
  }
  reading.status = FieldStatus::read;
  return reading;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
