#include <inkling/core/error.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/form/read_table.hpp>
#include <inkling/form/reading_json.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/template_file.hpp>

#include <CLI/Error.hpp>
#include <CLI/Option.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "commands/form/form_commands.hpp"
#include "forms/page_source.hpp"
#include "options/usage_error.hpp"
#include "pictures/file_list.hpp"
#include "text/write_text.hpp"
#include "training/model_file.hpp"

namespace {

using namespace inkling;
using namespace inkling::form;

struct TableCommand {
  std::vector<std::string> pages;
  std::string columns;
  std::string model;
  std::string lines;  // empty: what lies beside the model
  std::string list;
  std::string out;
  std::size_t rows = 0;
  std::size_t header = 0;
  int threads = 0;
  double accept = 0.9;
  bool csv = false;
  bool json = false;
};

[[noreturn]] void fail_column(const std::string& text, const std::string& why) {
  throw UsageError("--columns: " + why + ", got '" + text + "'");
}

std::size_t count_of(const std::string& digits, const std::string& text) {
  const bool number = !digits.empty() && digits.size() < 4 &&
                      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!number || std::stoul(digits) == 0) fail_column(text, "expected a number from 1 to 999");
  return std::stoul(digits);
}

/// "9*digits:1" is nine columns of one digit each; "text[A-F+-]" has its own characters.
void append_columns(std::string text, std::vector<Column>& columns) {
  const std::string whole = text;
  std::size_t times = 1;
  if (const std::size_t star = text.find('*'); star != std::string::npos && star < text.find('[')) {
    times = count_of(text.substr(0, star), whole);
    text = text.substr(star + 1);
  }
  Column column;
  if (const std::size_t bracket = text.find('['); bracket != std::string::npos) {
    if (!text.ends_with(']')) fail_column(whole, "expected a ] behind the characters");
    column.charset = text.substr(bracket + 1, text.size() - bracket - 2);
    text = text.substr(0, bracket);
  }
  if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
    column.cells = count_of(text.substr(colon + 1), whole);
    text = text.substr(0, colon);
  }
  if (text == "grade") {
    column.kind = FieldKind::text;
    if (column.charset.empty()) column.charset = "A-H+-";
  } else {
    try {
      column.kind = field_kind(text == "skip" ? "picture" : text);
    } catch (const ValueError& error) {
      fail_column(whole, std::string(error.what()) + "; also grade and skip");
    }
  }
  if (column.kind == FieldKind::table || column.kind == FieldKind::choice || column.kind == FieldKind::barcode) {
    fail_column(whole, "a column cannot be a table, a choice or a barcode");
  }
  for (std::size_t i = 0; i < times; ++i) {
    column.name = "column" + std::to_string(columns.size() + 1);
    columns.push_back(column);
  }
}

std::vector<Column> parse_columns(const std::string& text) {
  std::vector<Column> columns;
  std::string part;
  bool in_set = false;
  for (const char c : text + ",") {
    in_set = c == '[' || (in_set && c != ']');
    if (c == ',' && !in_set) {
      append_columns(part, columns);
      part.clear();
    } else {
      part += c;
    }
  }
  if (!part.empty()) fail_column(text, "expected a ] behind the characters");
  return columns;
}

/// The tables of pages as one text.
class TableText {
 public:
  explicit TableText(const TableCommand& command) : command_(command) {}

  void add(const std::string& file, int page, const TableReading& table) {
    if (command_.json) {
      text_ += json_line(file, page, table) + "\n";
      return;
    }
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      if (command_.csv) {
        add_csv_row(file, page, row, table.rows[row]);
      } else {
        add_plain_row(table.rows[row]);
      }
    }
    if (!command_.csv && !table.rows.empty()) text_ += "\n";
  }

  const std::string& text() const { return text_; }

 private:
  static bool is_sure(const form::FieldReading& cell) { return cell.status != FieldStatus::doubtful; }

  void add_csv_row(const std::string& file, int page, std::size_t row, const std::vector<form::FieldReading>& cells) {
    if (text_.empty()) {
      std::vector<TableCell> header{{.text = "file"}, {.text = "page"}, {.text = "row"}};
      for (const form::FieldReading& cell : cells) header.push_back({.text = cell.name});
      header.push_back({.text = "doubtful"});
      text_ += csv_row(header);
    }
    std::vector<TableCell> line{{.text = file},
                                {.text = std::to_string(page), .is_number = true},
                                {.text = std::to_string(row + 1), .is_number = true}};
    std::string doubtful;
    for (const form::FieldReading& cell : cells) {
      line.push_back({.text = cell.text});
      if (!is_sure(cell)) doubtful += (doubtful.empty() ? "" : " ") + cell.name;
    }
    line.push_back({.text = doubtful});
    text_ += csv_row(line);
  }

  /// Cells with tabs between; a doubtful one ends with "?", so that none is taken for sure.
  void add_plain_row(const std::vector<form::FieldReading>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text_ += (i > 0 ? "\t" : "") + cells[i].text + (is_sure(cells[i]) ? "" : "?");
    }
    text_ += "\n";
  }

  static std::string json_line(const std::string& file, int page, const TableReading& table) {
    nlohmann::ordered_json json{{"file", file}, {"page", page}};
    std::size_t doubtful = 0;
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const std::vector<form::FieldReading>& row : table.rows) {
      nlohmann::ordered_json cells = nlohmann::ordered_json::array();
      for (const form::FieldReading& cell : row) {
        nlohmann::ordered_json entry{
            {"text", cell.text}, {"status", name_of(cell.status)}, {"confidence", cell.confidence}};
        if (!cell.reason.empty()) entry["reason"] = cell.reason;
        doubtful += is_sure(cell) ? 0 : 1;
        cells.push_back(std::move(entry));
      }
      rows.push_back(std::move(cells));
    }
    json["status"] = !table.reason.empty() ? "refused" : doubtful > 0 ? "doubtful" : "read";
    if (!table.reason.empty()) json["reason"] = table.reason;
    json["rows"] = std::move(rows);
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  }

  const TableCommand& command_;
  std::string text_;
};

void read_tables(const TableCommand& command) {
  if (command.csv && command.json) throw UsageError("--csv and --json: expected one of them");
  const TableReadingOptions options{.columns = parse_columns(command.columns),
                                    .rows = command.rows,
                                    .header = command.header,
                                    .accept = command.accept,
                                    .lines = load_lines_file(command.lines, command.model),
                                    .threads = command.threads};
  const auto model = load_model_file(command.model);
  TableText text(command);
  bool all = true;
  const auto refuse = [&](const std::string& name, int page, const std::string& reason) {
    all = false;
    std::cerr << "inkling: " << name << ", page " << page << ": refused: " << reason << std::endl;
    if (command.json) text.add(name, page, {.reason = reason});
  };
  const std::vector<std::string> names = without_repeats(list_files(command.pages, command.list, page_endings));
  if (names.empty()) throw UsageError("expected at least one page, got none");
  for (const std::string& name : names) {
    int page = 1;
    try {
      const PageFile file(name);
      const int pages = file.pages();
      for (; page <= pages; ++page) {
        const TableReading table = read_table(file.page(page), *model, options);
        if (table.reason.empty()) {
          text.add(name, page, table);
        } else {
          refuse(name, page, table.reason);
        }
      }
    } catch (const Error& error) {
      refuse(name, page, error.what());
    }
  }
  if (command.out.empty()) {
    std::cout << text.text() << std::flush;
  } else {
    write_text(command.out, text.text());
  }
  if (!all) throw CLI::RuntimeError(3);
}

}  // namespace

void add_form_table(CLI::App& form) {
  const auto options = std::make_shared<TableCommand>();
  CLI::App& command = *form.add_subcommand("table", "read ruled tables without a template");
  command.add_option("pages", options->pages, "PNG, JPEG, TIFF or PDF files, or folders of them")->type_name("PAGE...");
  command
      .add_option("--columns", options->columns,
                  "what the columns hold, such as digits,digits:2,grade or 9*digits:1; skip leaves one out")
      ->required()
      ->type_name("KIND,...");
  command.add_option("--model", options->model, "file of the model")->required()->type_name("FILE");
  command
      .add_option("--lines", options->lines,
                  "network that reads numbers as a whole, a second opinion on them; none: no second opinion "
                  "[lines/numbers.safetensors beside the model, if it is there]")
      ->type_name("FILE|none");
  command.add_option("--rows", options->rows, "rows of the grid below its header, when their number is known")
      ->type_name("N");
  command.add_option("--header", options->header, "rows at the top that are not read")->type_name("N");
  command.add_option("--out", options->out, "a file for the table; else it is printed")->type_name("FILE");
  command.add_option("--files-from", options->list, "further pages, a name a line; - is standard input")
      ->type_name("LIST");
  command.add_option("--threads", options->threads, "0: as many as there are cores")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--accept", options->accept, "cells of less confidence are doubtful")
      ->type_name("P")
      ->check(CLI::Range(0.0, 1.0));
  command.add_flag("--csv", options->csv, "as CSV, a row of the table a line");
  command.add_flag("--json", options->json, "as JSON, a page a line, with confidences");
  command.callback([options] { read_tables(*options); });
}
