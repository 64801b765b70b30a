#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/results/csv.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void CsvOptions::check() const {
  if (separator == '"' || separator == '\r' || separator == '\n' || separator == '\0') {
    throw ValueError("CsvOptions::separator: expected a character that is no quotation mark and ends no line");
  }
}

namespace detail {

/// -12, 0.5, -0,02: digits with at most one decimal sign between them and a minus in front.
inline bool is_plain_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  std::size_t signs = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool sign = text[i] == '.' || text[i] == ',';
    if (!sign && (text[i] < '0' || text[i] > '9')) return false;
    if (sign && (i == 0 || i + 1 == text.size() || ++signs > 1)) return false;
  }
  return !text.empty();
}

inline bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

inline char separator_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find('\n'));
  const std::array<char, 3> separators{',', ';', '\t'};
  return *std::max_element(separators.begin(), separators.end(), [&](char a, char b) {
    return std::count(first.begin(), first.end(), a) < std::count(first.begin(), first.end(), b);
  });
}

}  // namespace detail

INKLING_INLINE bool is_formula(std::string_view text) {
  constexpr std::array<std::string_view, 10> starts{"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
  const bool starts_one =
      std::any_of(starts.begin(), starts.end(), [&](std::string_view s) { return text.starts_with(s); });
  return starts_one && !detail::is_plain_number(text);
}

INKLING_INLINE std::string csv_row(const std::vector<TableCell>& cells, const CsvOptions& options) {
  options.check();
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) row += options.separator;
    if (cells[i].is_number) {
      row += cells[i].text;
      continue;
    }
    row += '"';
    if (is_formula(cells[i].text)) row += '\'';
    for (const char c : cells[i].text) {
      if (c == '"') row += '"';
      if (c != '\0') row += c;
    }
    row += '"';
  }
  return row + "\r\n";
}

INKLING_INLINE CsvTable parse_csv(std::string_view text, const std::string& source) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const char separator = detail::separator_of(text);
  CsvTable table;
  std::vector<std::string> row;
  std::string cell;
  bool quoted = false, was_quoted = false;
  std::size_t line = 1, row_line = 1;
  const auto end_cell = [&] {
    if (cell.starts_with('\'') && is_formula(std::string_view(cell).substr(1))) cell.erase(0, 1);
    row.push_back(std::move(cell));
    cell.clear();
    was_quoted = false;
  };
  const auto end_row = [&] {
    const bool blank = row.empty() && cell.empty() && !was_quoted;
    if (!blank) {
      end_cell();
      if (!table.rows.empty() && row.size() != table.rows.front().size()) {
        throw FormatError(source + ":" + std::to_string(row_line) + ": expected " +
                          std::to_string(table.rows.front().size()) + " columns as in the first line, got " +
                          std::to_string(row.size()));
      }
      table.rows.push_back(std::move(row));
      table.lines.push_back(row_line);
      row.clear();
    }
    row_line = line;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        cell += '"';
        ++i;
      } else if (c == '"') {
        quoted = false;
      } else {
        cell += c;
      }
    } else if (c == '"' && cell.empty()) {
      quoted = was_quoted = true;
    } else if (c == separator) {
      end_cell();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r' || (i + 1 < text.size() && text[i + 1] != '\n')) {
      cell += c;
    }
  }
  if (quoted) throw FormatError(source + ":" + std::to_string(row_line) + ": a quote is opened and not closed");
  end_row();
  return table;
}

INKLING_INLINE bool CsvTable::has_column(std::string_view name) const {
  return std::any_of(rows.front().begin(), rows.front().end(),
                     [&](const std::string& column) { return detail::same_name(column, name); });
}

INKLING_INLINE std::size_t CsvTable::column(std::string_view name, const std::string& source) const {
  std::string all;
  for (std::size_t i = 0; i < rows.front().size(); ++i) {
    if (detail::same_name(rows.front()[i], name)) return i;
    all += (all.empty() ? "" : ", ") + rows.front()[i];
  }
  throw FormatError(source + ":1: expected a column '" + std::string(name) + "', found " + all);
}

}  // namespace inkling::inline INKLING_ABI::form
