#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// The version of form.json that this library writes; it reads this and every earlier one.
inline constexpr int template_version = 1;

/// What a field holds, under the name that form.json has for it.
enum class FieldKind {
  digits,
  upper,      // capitals
  lower,      // small letters
  letters,    // both
  mixed,      // letters and digits
  date,       // digits in the order that Field::format says; its month may be a name
  decimal,    // digits with a decimal sign
  text,       // a free line
  tick,       // one check box
  choice,     // bubbles or boxes, one or many of them chosen
  barcode,    // QR, Data Matrix, Code 128
  signature,  // there or not
  picture,    // cut out only
  table       // a ruled grid, read by Field::columns
};

/// How the places of single characters are printed.
enum class CellStyle {
  any,     // not told: found out on the page
  boxes,   // closed boxes, square or rounded
  comb,    // a base line with short bars
  guides,  // 8-shaped guides, dots or dashes to write over
  line     // a bare line or an open box: characters stand where they like
};

/// A place for one character, or one bubble or box of a choice.
struct Cell {
  Quad place = {};
  std::string value;  // of a choice: what is chosen by marking it; else empty

  bool operator==(const Cell&) const = default;
};

/// A column of a table.
struct Column {
  std::string name;
  FieldKind kind = FieldKind::digits;
  std::string charset = {};
  std::size_t cells = 0;  // characters in each of its cells; 0: any number

  bool operator==(const Column&) const = default;
};

/// Texts that a field may hold, such as the names of a class; a reading is decided for the nearest.
struct ValueList {
  std::vector<std::string> values;  // given in form.json or read from `file`
  std::string file;   // beside form.json: a text a line, or the first column of a CSV; empty: in form.json
  double margin = 3;  // nats by which the best value must beat the second; less is doubtful

  bool operator==(const ValueList&) const = default;
};

struct Field {
  std::string name;
  FieldKind kind = FieldKind::text;
  Quad place = {};
  bool by_quad = false;          // written as "quad" in form.json
  std::size_t even_cells = 0;    // the place is divided evenly into so many cells; 0: see cells
  std::vector<Cell> cells = {};  // given one by one; empty when even_cells says it, or when nothing is known
  CellStyle style = CellStyle::any;
  std::string charset = {};   // as --charset has it; empty: what the kind says
  std::string pattern = {};   // as --pattern has it; empty: any length
  std::string format = {};    // of a date: D, M and Y once for each digit or letter: DDMMYYYY, DD.MM.YY, DD MMM YYYY
  int decimals = -1;          // of a decimal without a written sign: digits behind it; -1: the sign is written
  bool many = false;          // of a choice: several may be chosen
  bool required = false;      // empty is doubtful; of a choice: exactly one
  bool fill_cancels = false;  // of ticks and choices: a box filled completely takes the mark back
  std::vector<std::string> empty_marks = {"X", "-"};  // of cells: marks that say "nothing here", an answer of their own
  std::optional<ValueList> list = {};
  std::vector<Column> columns = {};  // of a table
  std::size_t rows = 0;              // of a table; 0: as many as there are

  bool operator==(const Field&) const = default;
};

/// What must hold between fields. docs/forms.md describes the language.
struct Rule {
  enum class Use { decide, check };  // decide: may change what cells were read as, and says so

  std::string text;
  Use use = Use::decide;
  double margin =
      3;  // nats: a field that the rule changed is doubtful unless the next best assignment is so much worse

  bool operator==(const Rule&) const = default;
};

/// A field of the result that is put together from others, as a number read from ten columns of bubbles is.
struct JoinedField {
  std::string name;
  std::vector<std::string> fields;

  bool operator==(const JoinedField&) const = default;
};

/// A page of a form of several pages. Pages of one copy are joined by what the key field says and by nothing else.
struct Sheet {
  std::string form;  // name of the whole
  int page = 1;      // from 1
  int pages = 1;
  std::string key;  // name of the field that holds the number of the copy

  bool operator==(const Sheet&) const = default;
};

/// What the template's page is of a picture.
enum class Frame {
  picture,  // the whole of `image`, or the sheet of paper where there is no image
  page,     // the sheet of paper, by its outline
  markers   // the rectangle between the centres of the four corner markers
};

struct PageTemplate {
  double width = 0;  // pixels
  double height = 0;
  std::string image;    // file beside form.json: the blank page, or a filled one; empty: none
  bool filled = false;  // the image holds ink as well: nothing inside its fields is print
  std::string print;    // file beside form.json: the print alone, as learnt from filled pages; empty: none
  double dpi = 0;       // 0: not told
  Frame frame = Frame::picture;
  std::string marker = {};  // file beside form.json: what a corner marker looks like; empty: none

  bool operator==(const PageTemplate&) const = default;
};

/// A form, as form.json describes it. Plain values: load_template and save_template in form/template_file.hpp turn
/// files into them and back.
struct FormTemplate {
  std::string name;
  std::string edition = {};  // told in every record, so that two editions are never mixed up
  PageTemplate page = {};
  std::vector<Field> fields = {};
  std::vector<JoinedField> joined = {};
  std::vector<Rule> rules = {};
  std::optional<Sheet> sheet = {};
  std::string folder = {};  // where the files lie that it names; not a part of form.json

  /// nullptr when there is none of this name.
  const Field* find(std::string_view field) const noexcept;

  bool operator==(const FormTemplate&) const = default;
};

inline const Field* FormTemplate::find(std::string_view field) const noexcept {
  for (const Field& candidate : fields) {
    if (candidate.name == field) return &candidate;
  }
  return nullptr;
}

/// The cells of a field: as given, or its place divided evenly. Empty when nothing is known of them.
inline std::vector<Cell> cells_of(const Field& field) {
  if (!field.cells.empty() || field.even_cells == 0) return field.cells;
  std::vector<Cell> cells;
  const auto count = static_cast<double>(field.even_cells);
  for (std::size_t i = 0; i < field.even_cells; ++i) {
    const auto at = static_cast<double>(i);
    cells.push_back({.place = part_of(field.place, at / count, 0, (at + 1) / count, 1), .value = {}});
  }
  return cells;
}

}  // namespace inkling::inline INKLING_ABI::form
