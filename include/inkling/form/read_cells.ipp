#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/detail/cell_grid.hpp>
#include <inkling/form/detail/cell_ink.hpp>
#include <inkling/form/detail/cell_shape.hpp>
#include <inkling/form/detail/field_ink.hpp>
#include <inkling/form/detail/free_line.hpp>
#include <inkling/form/detail/month_in_cells.hpp>
#include <inkling/form/detail/page_hand.hpp>
#include <inkling/form/read_cells.hpp>
#include <inkling/form/read_marks.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/class_meaning.hpp>
#include <inkling/read/letter_case.hpp>
#include <inkling/read/line_opinion.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/sequence_search.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void ReadCellsOptions::check() const {
  in_range("ReadCellsOptions::candidates", candidates, {1, no_limit});
  in_range("ReadCellsOptions::threads", threads, {0, most_threads});
}

namespace detail {

inline bool holds_characters(const Field& field) {
  switch (field.kind) {
    case FieldKind::digits:
    case FieldKind::upper:
    case FieldKind::lower:
    case FieldKind::letters:
    case FieldKind::mixed:
    case FieldKind::date:
    case FieldKind::decimal:
    case FieldKind::text:
      return true;
    default:
      return false;
  }
}

inline CharSet charset_of(const Field& field) {
  if (!field.charset.empty()) return CharSet::parse(field.charset);
  switch (field.kind) {
    case FieldKind::digits:
    case FieldKind::date:
    case FieldKind::decimal:
      return CharSet::parse("digits");
    case FieldKind::upper:
      return CharSet::parse("upper");
    case FieldKind::lower:
      return CharSet::parse("lower");
    case FieldKind::letters:
      return CharSet::parse("letters");
    default:
      return {};
  }
}

inline FieldContent field_content(const Field& field, const FieldPicture& picture) {
  FieldContent content;
  content.field = find_field_ink(picture.picture, picture.place);
  std::vector<CellSpan> given;
  for (const Box& cell : picture.cells) {
    given.push_back({cell.x * content.field.scale, (cell.x + cell.width) * content.field.scale});
  }
  const std::size_t count = field.style == CellStyle::line && given.empty() ? std::size_t{1} : field.even_cells;
  content.grid = find_cells(content.field, count, given);
  if (picture.print && !picture.print_is_learnt) {
    take_print_out(content.field, find_field_ink(*picture.print, picture.place));
  }
  take_lines_out(content.field, content.grid, content.pen);
  share_out(content);
  return content;
}

/// What the classes of a model mean for a field.
struct Alphabet {
  Alphabet(const Field& field, const std::vector<std::string>& names)
      : charset(charset_of(field)), admitted(admitted_classes(charset, names)), shown(shown_labels(charset, names)) {
    const std::vector<ClassMeaning> meanings = class_meanings(names);
    const bool crosses = std::any_of(field.empty_marks.begin(), field.empty_marks.end(),
                                     [](const std::string& mark) { return mark == "X" || mark == "x"; });
    for (std::size_t c = 0; c < names.size() && crosses; ++c) {
      if ((names[c] == "X" || names[c] == "x") && !charset.admits(meanings[c]))
        crosses_of.push_back(static_cast<Label>(c));
    }
  }

  CharSet charset;
  std::vector<Label> admitted;
  std::vector<std::string> shown;  // of each class
  std::vector<Label> crosses_of;   // classes that look like a mark for "nothing here"
};

/// Where a cell is, and what its shape alone says of it.
inline CellReading cell_without_reading(const FieldContent& content, std::size_t k, CellShape shape) {
  const CellSpan& span = content.grid.cells[k];
  const double height = content.grid.bottom - content.grid.top;
  const double scale = content.field.scale;
  CellReading cell{.status = CellStatus::empty};
  cell.place = upright(span.left / scale, content.grid.top / scale, span.width() / scale, height / scale);
  const Component& ink = content.cells[k].box;
  cell.ink = ink.area > 0 ? static_cast<double>(ink.area) / (span.width() * height) : 0;
  if (shape == CellShape::dash || shape == CellShape::scribble) {
    cell.status = CellStatus::crossed;
    cell.candidates.push_back(shape == CellShape::dash ? Candidate{"-", 0.95} : Candidate{"X", 0.7});
  }
  return cell;
}

/// What speaks for a cell that is crossed out.
struct CrossEvidence {
  double diagonal = 0;           // see diagonal_share
  bool is_before_cross = false;  // numbers have no holes: so this cell is most likely crossed out, too
};

/// The candidates of a cell from the probabilities of the model's classes.
inline void judge(CellReading& cell, const Alphabet& alphabet, const Vector& probabilities,
                  const CrossEvidence& evidence, std::size_t most) {
  double sum = 0;
  double cross = 0;
  for (const Label label : alphabet.admitted) sum += static_cast<double>(probabilities(label));
  for (const Label label : alphabet.crosses_of) cross += static_cast<double>(probabilities(label));
  if (!alphabet.crosses_of.empty()) {
    cross = (cross + 1e-4) * std::exp(std::clamp(16 * (evidence.diagonal - 0.83), -3.0, 3.0));
    if (evidence.is_before_cross) cross += std::max(0.0, 1 - sum - cross);  // an ill-made X may look like any letter
  }
  cell.candidates.clear();
  const double all = std::max(sum + cross, 1e-12);
  if (cross > sum) {
    cell.status = CellStatus::crossed;
    cell.candidates = {{"X", cross / all}};
    return;
  }
  cell.status = CellStatus::read;
  std::vector<Label> order = alphabet.admitted;
  std::stable_sort(order.begin(), order.end(), [&](Label a, Label b) { return probabilities(a) > probabilities(b); });
  for (std::size_t c = 0; c < std::min(most, order.size()); ++c) {
    const double share = static_cast<double>(probabilities(order[c])) / all;
    cell.candidates.push_back({alphabet.shown[static_cast<std::size_t>(order[c])], share});
  }
  if (cross / all > 0.01) cell.candidates.push_back({"", cross / all});
}

/// The text of a field's cells: what is empty between others is a blank, what is crossed out is left out.
inline void compose(FieldReading& reading) {
  reading.confidence = 1;
  bool blank = false;
  bool crossed = false;
  for (const CellReading& cell : reading.cells) {
    crossed = crossed || cell.status == CellStatus::crossed;
    if (cell.status == CellStatus::empty) {
      blank = !reading.text.empty();
    } else if (cell.status == CellStatus::read) {
      if (blank) reading.text += ' ';
      blank = false;
      reading.text += cell.candidates.front().label;
      reading.confidence *= cell.candidates.front().probability;
    }
  }
  reading.status = !reading.text.empty() ? FieldStatus::read : crossed ? FieldStatus::crossed : FieldStatus::empty;
}

/// How sure it is that the cells which were not read hold nothing to be read. A number has no holes: one between its
/// digits is as likely one that was not seen.
inline double confidence_of_gaps(const FieldReading& reading, bool number) {
  double confidence = 1;
  bool begun = false;
  bool hole = false;
  for (const CellReading& cell : reading.cells) {
    if (cell.status == CellStatus::crossed) confidence *= cell.candidates.front().probability;
    if (cell.status == CellStatus::empty && cell.ink > 0) confidence *= 0.95;  // a dot, most likely
    if (number && hole && cell.status == CellStatus::read) confidence *= 0.5;
    begun = begun || cell.status == CellStatus::read;
    hole = begun && cell.status != CellStatus::read;
  }
  return confidence;
}

/// Whether a field is signed: there is more ink than a dot or a stray line, and it is as wide as writing.
inline FieldReading read_signature(const Field& field, const FieldContent& content) {
  FieldReading reading{.name = field.name};
  reading.confidence = 1;
  const double height = content.grid.bottom - content.grid.top;
  Component all{content.field.width(), content.field.height(), 0, 0, 0};
  for (const CellInk& cell : content.cells) {
    if (cell.box.area > 0) all = together(all, cell.box);
  }
  const double ink = static_cast<double>(all.area) / (height * height);
  const bool there = all.area > 0 && ink > 0.03 && static_cast<double>(all.width()) > 0.5 * height &&
                     static_cast<double>(all.height()) > 0.2 * height;
  reading.text = there ? "yes" : "no";
  reading.status = there ? FieldStatus::read : FieldStatus::empty;
  reading.confidence = there ? 1 - 0.5 * std::exp(-ink / 0.05) : 1 - std::min(0.5, ink / 0.06);
  return reading;
}

/// The content with the ink of those cells alone that were read.
inline FieldContent read_cells_of(const FieldContent& content, const FieldReading& reading) {
  FieldContent result = content;
  for (std::int32_t& cell : result.owner.values()) {
    if (cell >= 0 && reading.cells[static_cast<std::size_t>(cell)].status != CellStatus::read) cell = -1;
  }
  return result;
}

/// How sure a text is of which two readers that learned from different things say that it is so sure: a logistic
/// regression on both log-odds, fitted to half of the found pages (docs/form-cells.md).
inline double agreed(double own, double other) {
  const auto log_odds = [](double probability) {
    constexpr double least = 1e-4;
    const double p = std::clamp(probability, least, 1 - least);
    return std::log(p / (1 - p));
  };
  return 1 / (1 + std::exp(-(log_odds(own) + 0.45 * log_odds(other) + 1)));
}

inline bool has_letters(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

/// Fields of a page on their way from pictures to readings.
class PageOfFields {
 public:
  PageOfFields(std::span<const Field> fields, std::span<const FieldPicture> pictures, const Classifier& model,
               const ReadCellsOptions& options)
      : fields_(fields), model_(model), options_(options), readings_(fields.size()) {
    std::vector<std::size_t> marks;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      readings_[i].name = fields[i].name;
      if (fields[i].kind == FieldKind::tick || fields[i].kind == FieldKind::choice) marks.push_back(i);
      if (holds_characters(fields[i]) || fields[i].kind == FieldKind::signature) {
        contents_.push_back({i, field_content(fields[i], pictures[i])});
      }
    }
    read_all_marks(pictures, marks);
    forget_paper();
    for (const auto& [field, content] : contents_) {
      if (options_.on_step) options_.on_step(field, "clean", whole_clean_picture(content));
    }
    ask();
    for (const auto& [field, content] : contents_) read(field, content);
    agree(readings_, read_, model_.input_shape(), options_.threads);
    for (std::size_t number = 0; number < contents_.size(); ++number) weigh(number);
  }

  std::vector<FieldReading> take() && { return std::move(readings_); }

 private:
  struct Content {
    std::size_t field;
    FieldContent content;
  };

  void read_all_marks(std::span<const FieldPicture> pictures, const std::vector<std::size_t>& marks) {
    std::vector<Field> fields;
    std::vector<FieldPicture> places;
    for (const std::size_t i : marks) {
      fields.push_back(fields_[i]);
      places.push_back(pictures[i]);
    }
    std::vector<FieldReading> readings = read_marks(fields, places);
    for (std::size_t k = 0; k < marks.size(); ++k) readings_[marks[k]] = std::move(readings[k]);
  }

  /// Where nothing is as dark as the page's pen, there is paper, a watermark, or the shadow of a fold.
  void forget_paper() {
    std::vector<float> pens;
    for (const Content& content : contents_) {
      if (content.content.pen > 0) pens.push_back(content.content.pen);
    }
    if (pens.empty()) return;
    const auto middle = pens.begin() + static_cast<std::ptrdiff_t>(pens.size() / 2);
    std::nth_element(pens.begin(), middle, pens.end());
    for (auto& [field, content] : contents_) {
      if (content.pen >= 0.4F * *middle) continue;
      content.pen = 0;
      share_out(content);
    }
  }

  /// One look of the model at all cells of the page.
  void ask() {
    std::vector<GreyImage> images;
    for (const auto& [field, content] : contents_) {
      standings_.push_back(standing_of(fields_[field], content));
      firsts_.push_back(images.size());
      if (standings_.back() != Standing::in_cells || fields_[field].kind == FieldKind::signature) continue;
      for (std::size_t k = 0; k < content.cells.size(); ++k) {
        if (shape_of(content, k) == CellShape::character) images.push_back(cell_image(content, k));
      }
    }
    firsts_.push_back(images.size());
    opinions_.resize(contents_.size());
    characters_.resize(model_.input_shape().size(), static_cast<Index>(images.size()));
    for (std::size_t i = 0; i < images.size(); ++i) {
      characters_.col(static_cast<Index>(i)) = Eigen::Map<const Pixels>(images[i].values().data(), images[i].size(), 1);
    }
    if (!images.empty()) probabilities_ = model_.probabilities(characters_, options_.threads);
  }

  /// Of the model's classes, for the characters of a content.
  Matrix probabilities_of(std::size_t number, const Alphabet& alphabet) const {
    const auto first = static_cast<Index>(firsts_[number]);
    const Index count = static_cast<Index>(firsts_[number + 1]) - first;
    if (count == 0) return {};
    return with_letter_case(alphabet.charset, model_.class_names(), characters_.middleCols(first, count),
                            probabilities_.middleCols(first, count));
  }

  void read(std::size_t field, const FieldContent& content) {
    const auto number = static_cast<std::size_t>(number_++);
    FieldReading& reading = readings_[field];
    const Field& description = fields_[field];
    if (description.kind == FieldKind::signature) {
      reading = read_signature(description, content);
      return;
    }
    const Alphabet alphabet(description, model_.class_names());
    const bool is_date = description.kind == FieldKind::date && description.charset.empty();
    if (standings_[number] != Standing::in_cells) {
      std::vector<PageCharacter> characters;
      opinions_[number] = opinion_on(content, alphabet.charset);
      const LineContext context{.charset = is_date ? CharSet() : alphabet.charset,  // its ways say where digits stand
                                .crowded = standings_[number] == Standing::crowded,
                                .opinion = opinions_[number] ? &*opinions_[number] : nullptr};
      reading = read_line(content, description, context, model_, options_.threads, characters);
      for (PageCharacter& character : characters) {
        character.field = field;
        read_.push_back(std::move(character));
      }
      return;
    }
    const Matrix probabilities = probabilities_of(number, alphabet);
    const std::optional<MonthInCells> month =
        is_date ? find_month(probabilities, model_.class_names(), has_month_name(description)) : std::nullopt;
    const std::size_t cells = content.cells.size();
    std::vector<CellShape> shapes;
    for (std::size_t k = 0; k < cells; ++k) shapes.push_back(shape_of(content, k));
    reading.cells.resize(cells);
    Index column = probabilities.cols();  // of the characters, from the last to the first
    const bool is_number = description.kind == FieldKind::digits;
    bool is_before_cross = false;
    for (std::size_t k = cells; k-- > 0;) {
      CellReading& cell = reading.cells[k];
      cell = cell_without_reading(content, k, shapes[k]);
      if (shapes[k] == CellShape::character) {
        --column;
        judge(cell, alphabet, probabilities.col(column), {diagonal_share(content, k), is_before_cross},
              options_.candidates);
        if (month && month->holds(column)) name_letter(cell, *month, column);
      }
      is_before_cross = is_before_cross || (is_number && cell.status == CellStatus::crossed);
    }
    for (std::size_t k = 0; k < cells; ++k) {
      if (shapes[k] != CellShape::character) continue;
      if (reading.cells[k].status == CellStatus::read && !(month && month->holds(column))) {
        read_.push_back({.field = field,
                         .cell = k,
                         .admitted = alphabet.admitted,
                         .shown = alphabet.shown,
                         .image = characters_.col(static_cast<Index>(firsts_[number]) + column),
                         .probabilities = probabilities.col(column)});
      }
      ++column;
    }
    compose(reading);
  }

  /// What is written there, read as a whole, where that is possible.
  std::optional<LineOpinion> opinion_on(const FieldContent& content, const CharSet& charset) const {
    if (!options_.lines || !(content.pen > 0) || !knows_characters(*options_.lines, Pattern::any_of(charset), charset))
      return {};
    const Component part = written_part(content);
    if (part.area == 0) return {};
    try {
      return LineOpinion(clean_picture(content, part), *options_.lines, charset);
    } catch (const NoInkError&) {
      return {};
    } catch (const FormatError&) {  // no line of writing
      return {};
    }
  }

  /// Lets the second opinion on a field make its reading more or less sure.
  void weigh(std::size_t number) {
    const std::size_t field = contents_[number].field;
    FieldReading& reading = readings_[field];
    std::optional<LineOpinion>& opinion = opinions_[number];
    const bool in_cells = standings_[number] == Standing::in_cells && fields_[field].kind != FieldKind::signature;
    if (has_letters(reading.text)) {  // it knows numbers alone
      opinion.reset();
    } else if (options_.lines && in_cells && !reading.text.empty()) {
      opinion = opinion_on(read_cells_of(contents_[number].content, reading), charset_of(fields_[field]));
    }
    if (opinion && !reading.text.empty()) {
      reading.confidence = agreed(reading.confidence, opinion->probability(reading.text));
    }
    if (in_cells) reading.confidence *= confidence_of_gaps(reading, fields_[field].kind == FieldKind::digits);
  }

  std::span<const Field> fields_;
  const Classifier& model_;
  const ReadCellsOptions& options_;
  std::vector<FieldReading> readings_;
  std::vector<Content> contents_;
  std::vector<Standing> standings_;  // of each content
  std::vector<std::optional<LineOpinion>> opinions_;
  std::vector<std::size_t> firsts_;  // column of its first character; and one behind the last
  Pixels characters_;                // as the model sees them: pixels x characters
  Matrix probabilities_;             // classes x characters
  std::vector<PageCharacter> read_;  // those whose cells were read, of cells and lines
  std::size_t number_ = 0;
};

}  // namespace detail

INKLING_INLINE std::vector<FieldReading> read_cells(std::span<const Field> fields,
                                                    std::span<const FieldPicture> pictures, const Classifier& model,
                                                    const ReadCellsOptions& options) {
  options.check();
  if (fields.size() != pictures.size()) {
    throw ShapeError("read_cells: expected a picture for each of " + std::to_string(fields.size()) + " fields, got " +
                     std::to_string(pictures.size()));
  }
  return detail::PageOfFields(fields, pictures, model, options).take();
}

}  // namespace inkling::inline INKLING_ABI::form
