#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/detail/cell_ink.hpp>
#include <inkling/form/detail/month_in_cells.hpp>
#include <inkling/form/detail/page_hand.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/date.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/line_opinion.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/search.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
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
  bool has_name = false;     // of a month: what knows numbers alone has no opinion of it
};

/// A way with any number of digits before `rest`, and, where that is known, with as many as were counted in all.
inline void add_numbers(std::vector<WayToWrite>& ways, const std::string& rest, double price,
                        std::optional<std::size_t> counted) {
  ways.push_back({Pattern::parse("*#" + rest), price});
  const auto others = static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '#'));
  if (counted && *counted > others) {
    ways.push_back({Pattern::parse(std::string(*counted - others, '#') + rest), price});
  }
}

inline std::vector<WayToWrite> dates() {
  std::vector<WayToWrite> ways;
  for (const char* separator : {"/", "-", "."}) {
    for (const char* day : {"#", "##"}) {
      for (const char* month : {"#", "##"}) {
        for (const char* year : {"##", "####"}) {
          ways.push_back({Pattern::parse(std::string(day) + separator + month + separator + year)});
        }
      }
    }
  }
  for (const char* digits : {"######", "########"}) ways.push_back({Pattern::parse(digits), 6});
  return ways;
}

/// A pattern for letters in either case: at each place one that some month has there. `names`: of three letters each,
/// one after another.
inline std::string pattern_of_months(std::string_view names) {
  constexpr std::size_t length = 3;
  std::string pattern;
  for (std::size_t place = 0; place < length; ++place) {
    std::string letters;
    for (std::size_t i = place; i < names.size(); i += length) {
      letters += names[i];
      letters += static_cast<char>(names[i] - 'A' + 'a');
    }
    std::sort(letters.begin(), letters.end());  // as a CharSet needs them
    letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
    pattern += '[' + letters + ']';
  }
  return pattern;
}

/// A date with a month's name between the same sign twice.
inline WayToWrite date_with_name(const std::string& day, const std::string& sign, const std::string& name,
                                 const std::string& year, double price) {
  return {.pattern = Pattern::parse(day + sign + name + sign + year), .price = price, .has_name = true};
}

/// counted: how many digits there are, as far as that is known.
inline std::vector<WayToWrite> ways_to_write(const Field& field, bool crowded, std::optional<std::size_t> counted) {
  std::vector<WayToWrite> ways;
  if (!field.pattern.empty()) return {{Pattern::parse(field.pattern)}};
  const std::string mark =
      field.kind == FieldKind::upper                                                                         ? "A"
      : field.kind == FieldKind::lower                                                                       ? "a"
      : field.kind == FieldKind::letters                                                                     ? "@"
      : field.kind == FieldKind::digits || field.kind == FieldKind::decimal || field.kind == FieldKind::date ? "#"
                                                                                                             : "?";
  if (field.kind == FieldKind::date) return dates();
  if (field.kind == FieldKind::decimal) {
    add_numbers(ways, "", 3.2, counted);  // a faint sign is no dirt
    for (const char* fraction : {".#", ".##", ",##"}) add_numbers(ways, fraction, 0, counted);
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
  if (mark == "#") {
    add_numbers(ways, "", 0, counted);
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

/// A line as one way to write it has it.
struct WrittenLine {
  Pattern pattern;
  ReadPath path = {};
  double score = 0;  // nats
  std::string text = {};
  std::vector<CellReading> cells = {};
  std::vector<PageCharacter> characters = {};
};

/// A field whose characters stand where they like, cut into what may be one.
class FreeLine {
 public:
  /// opinion: what something else says of it, or none. Throws what segment and build_lattice throw.
  FreeLine(const FieldContent& content, const Component& part, const CharSet& charset, const Classifier& model,
           const LineOpinion* opinion, int threads)
      : part_(part),
        scale_(content.field.scale),
        charset_(charset),
        model_(model),
        opinion_(opinion),
        line_(segment(clean_picture(content, part))),
        lattice_(build_lattice(line_, model, {.charset = charset, .threads = threads})) {}

  /// None when the model has no class for the way's characters.
  std::optional<WrittenLine> written(const WayToWrite& way, bool date) const {
    WrittenLine result{.pattern = way.pattern};
    try {
      result.path = find_read_path(lattice_, way.pattern, charset_, model_.class_names());
    } catch (const Error&) {
      return {};
    }
    result.score = result.path.score - way.price;
    for (const ReadStep& step : result.path.steps) {
      const Pattern::Element& element = way.pattern.elements()[step.element];
      if (element.is_mark()) {
        constexpr double missing_mark = 3;  // nats, beside that of the search
        if (!step.arc && element.mark != ' ') result.score -= missing_mark;
        if (!way.drops_marks) result.text += element.mark;
      } else if (step.arc) {
        add_character(*step.arc, element.characters & charset_, way.has_name, result);
      }
    }
    constexpr double no_date = 4;
    const bool tells = way.has_name || result.text.find_first_of("/-.") != std::string::npos;
    if (date && !is_date(result.text) && tells) result.score -= no_date;
    if (!way.has_name) result.score += opinion_score(result.text);
    return result;
  }

  /// Of its text among all that the lattice has for its pattern.
  double probability(const WrittenLine& written) const {
    return text_probability(lattice_, written.pattern, charset_, model_.class_names(), written.path);
  }

 private:
  /// capitals: letters are told as capitals, in whichever case they are written.
  void add_character(std::size_t number, const CharSet& admitted, bool capitals, WrittenLine& line) const {
    const std::vector<std::string>& names = model_.class_names();
    const Arc& arc = lattice_.arcs[number];
    const Matrix probabilities = lattice_.probabilities.col(static_cast<Index>(number));
    CellReading cell{.status = CellStatus::read};
    for (const inkling::Candidate& c : best_candidates(probabilities, names, {.charset = admitted, .candidates = 10})) {
      cell.candidates.push_back({capitals ? as_capitals(c.label) : c.label, c.probability});
    }
    const Box& box = arc.box;
    cell.place = upright((box.x + static_cast<double>(part_.left)) / scale_,
                         (box.y + static_cast<double>(part_.top)) / scale_, box.width / scale_, box.height / scale_);
    std::vector<std::string> shown = shown_labels(admitted, names);
    if (capitals) std::transform(shown.begin(), shown.end(), shown.begin(), as_capitals);
    const GreyImage image = character_image(line_, arc.first, arc.last, {.side = model_.input_shape().height});
    line.characters.push_back({.cell = line.cells.size(),
                               .admitted = admitted_classes(admitted, names),
                               .shown = shown,
                               .image = Eigen::Map<const Pixels>(image.values().data(), image.size(), 1),
                               .probabilities = probabilities});
    line.text += cell.candidates.front().label;
    line.cells.push_back(std::move(cell));
  }

  static std::string as_capitals(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), as_capital);
    return text;
  }

  /// Nats by which a text is less probable for what the opinion says of it.
  double opinion_score(const std::string& text) const {
    constexpr double trust = 0.5;  // against the lattice
    constexpr double least = 1e-4;
    return opinion_ == nullptr ? 0.0 : trust * std::log(std::max(least, opinion_->probability(text)));
  }

  const Component& part_;
  double scale_;
  const CharSet& charset_;
  const Classifier& model_;
  const LineOpinion* opinion_;
  Segmentation line_;
  Lattice lattice_;
};

/// Dates with a month's name, one way for each name: day, signs and year as they are most probable with any three
/// letters of such names. None where all of them are less probable than `score`.
inline std::vector<WayToWrite> dates_with_names(const FreeLine& line, const Field& field, double score) {
  if (!field.pattern.empty()) return {};
  const double price = has_month_name(field) ? 0 : 3;  // nats: most dates are digits
  std::string all_names;
  for (const std::string_view name : month_names) all_names += name;
  const std::string any_name = pattern_of_months(all_names);
  std::vector<WayToWrite> ways;
  for (const char* sign : {" ", "-", "/", "."}) {
    for (const char* day : {"#", "##"}) {
      for (const char* year : {"##", "####"}) {
        const std::optional<WrittenLine> any = line.written(date_with_name(day, sign, any_name, year, price), false);
        if (!any || any->score <= score) continue;
        score = any->score;
        ways.clear();
        for (const std::string_view name : month_names) {
          ways.push_back(date_with_name(day, sign, pattern_of_months(name), year, price));
        }
      }
    }
  }
  return ways;
}

/// What could not be read, and why.
inline FieldReading unread_line(FieldReading reading, const std::string& reason) {
  reading.cells = {{.status = CellStatus::unread}};
  reading.confidence = 0;
  reading.status = FieldStatus::doubtful;
  reading.reason = reason;
  return reading;
}

/// What is known of a line beside its ink.
struct LineContext {
  const CharSet& charset;
  bool crowded = false;             // cells were ignored
  const LineOpinion* opinion = {};  // none: nothing else was asked
};

/// Reads a field whose characters stand where they like. characters: is given those that were read.
inline FieldReading read_line(const FieldContent& content, const Field& field, const LineContext& context,
                              const Classifier& model, int threads, std::vector<PageCharacter>& characters) {
  FieldReading reading{.name = field.name, .text = {}};
  reading.confidence = 1;
  if (!(content.pen > 0)) return reading;
  std::optional<std::size_t> counted;
  if (context.opinion != nullptr) counted = context.opinion->text().size();
  try {
    const Component part = written_part(content);
    if (part.area == 0) return reading;
    const FreeLine line(content, part, context.charset, model, context.opinion, threads);
    std::optional<WrittenLine> best;
    double second = -std::numeric_limits<double>::infinity();  // of another text
    const bool date = field.kind == FieldKind::date;
    const auto consider = [&](const WayToWrite& way) {
      std::optional<WrittenLine> written = line.written(way, date);
      if (!written) return;
      if (best && written->text != best->text) second = std::max(second, std::min(best->score, written->score));
      if (!best || written->score > best->score) best = std::move(written);
    };
    for (const WayToWrite& way : ways_to_write(field, context.crowded, counted)) consider(way);
    const double least = best ? best->score : -std::numeric_limits<double>::infinity();
    if (date) {
      for (const WayToWrite& way : dates_with_names(line, field, least)) consider(way);
    }
    if (!best || best->text.empty()) return unread_line(std::move(reading), "nothing could be read");
    reading.confidence = line.probability(*best) / (1 + std::exp(second - best->score));
    reading.text = std::move(best->text);
    reading.cells = std::move(best->cells);
    characters = std::move(best->characters);
    if (field.kind == FieldKind::decimal && field.decimals < 0) set_decimal_sign(reading, content);
    if (context.crowded) reading.confidence *= 0.8;
  } catch (const NoInkError&) {
    return reading;
  } catch (const FormatError&) {  // more parts than a line of writing has
    return unread_line(std::move(reading), "what is there does not look like writing");
  }
  reading.status = FieldStatus::read;
  return reading;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
