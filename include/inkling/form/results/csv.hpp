#pragma once

#include <inkling/core/config.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// One cell of a table: a text, or a number that a spreadsheet may calculate with.
struct TableCell {
  std::string text = {};
  bool is_number = false;

  bool operator==(const TableCell&) const = default;
};

struct CsvOptions {
  char separator = ',';
  bool byte_order_mark = false;  // for Excel, which takes a file without one for Latin-1

  void check() const;  // throws ValueError that names the first field out of range
};

/// True for a text that a spreadsheet would run as a formula: it begins with = + - @, a tab or a carriage return, also
/// in their wide forms, and is not a plain number such as -0.02.
bool is_formula(std::string_view text);

/// A row with its end, CR LF. Texts are always quoted, so that separators, quotes and line breaks are safe; one that
/// would be run as a formula gets a ' in front. Numbers are written as they are.
std::string csv_row(const std::vector<TableCell>& cells, const CsvOptions& options = {});

/// A table that was read, and the line, from 1, that each row begins on.
struct CsvTable {
  std::vector<std::vector<std::string>> rows = {};
  std::vector<std::size_t> lines = {};

  /// The place of a column of the first row, the header; names are compared without regard to ASCII case. `rows` has at
  /// least one. Throws FormatError that says what columns there are.
  std::size_t column(std::string_view name, const std::string& source) const;
  bool has_column(std::string_view name) const;
};

/// Reads RFC 4180, with any line ends and with or without a byte order mark; the separator is the one of , ; and tab
/// that the first line has most of. Empty lines are left out, and the ' in front of a guarded formula is taken away.
/// Throws FormatError for a quote that is not closed and for a row of another length than the first.
CsvTable parse_csv(std::string_view text, const std::string& source);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/results/csv.ipp>
#endif
