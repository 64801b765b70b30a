#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/results/csv.hpp>
#include <inkling/form/results/grading.hpp>
#include <inkling/form/rules/number.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline double key_number(const std::string& text, const std::string& what, const std::string& where) {
  const ParsedNumber number = parse_decimal(text);
  if (!number.value) throw FormatError(where + ": " + what + ": expected a number, got " + number.problem);
  return *number.value;
}

}  // namespace detail

INKLING_INLINE std::vector<KeyRow> parse_key(std::string_view csv, const std::string& source) {
  const CsvTable table = parse_csv(csv, source);
  if (table.rows.empty())
    throw FormatError(source + ": expected a first line with field and answer, the file is empty");
  const std::size_t field = table.column(table.has_column("question") ? "question" : "field", source);
  const std::size_t answer = table.column("answer", source);
  const auto optional = [&](const char* name) {
    return table.has_column(name) ? std::optional(table.column(name, source)) : std::nullopt;
  };
  const auto points = optional(table.has_column("weight") ? "weight" : "points");
  const auto wrong = optional("wrong");
  const auto empty = optional("empty");
  std::vector<KeyRow> key;
  std::set<std::string> seen;
  for (std::size_t i = 1; i < table.rows.size(); ++i) {
    const std::vector<std::string>& row = table.rows[i];
    const std::string where = source + ":" + std::to_string(table.lines[i]);
    const auto number = [&](const std::optional<std::size_t>& column, const char* what, double otherwise) {
      return column && !row[*column].empty() ? detail::key_number(row[*column], what, where) : otherwise;
    };
    KeyRow entry{.field = row[field], .wrong = number(wrong, "wrong", 0), .empty = number(empty, "empty", 0)};
    const double usual = number(points, "points", 1);
    if (entry.field.empty()) throw FormatError(where + ": expected the name of a field, got an empty text");
    if (!seen.insert(entry.field).second) throw FormatError(where + ": '" + entry.field + "' is there twice");
    const std::string& answers = row[answer];
    for (std::size_t start = 0; start <= answers.size();) {
      const std::size_t end = std::min(answers.find('|', start), answers.size());
      const std::string one = answers.substr(start, end - start);
      const std::size_t sign = one.rfind('=');
      const bool own = sign != std::string::npos && sign > 0;
      entry.points[own ? one.substr(0, sign) : one] =
          own ? detail::key_number(one.substr(sign + 1), "answer", where) : usual;
      start = end + 1;
    }
    key.push_back(std::move(entry));
  }
  return key;
}

INKLING_INLINE GradedPage grade(const PageReading& page, const std::vector<KeyRow>& key) {
  GradedPage graded;
  for (const KeyRow& row : key) {
    double most = -std::numeric_limits<double>::infinity();
    for (const auto& [answer, points] : row.points) most = std::max(most, points);
    graded.most += std::max(0.0, most);
    const auto found = std::find_if(page.fields.begin(), page.fields.end(),
                                    [&](const FieldReading& field) { return field.name == row.field; });
    GradedField field{.field = row.field, .text = {}};
    if (found == page.fields.end()) {
      field.doubtful = true;
    } else {
      field.text = found->text;
      field.doubtful = found->status == FieldStatus::doubtful;
      auto answer = row.points.find(field.text);
      if (answer == row.points.end()) {  // several marks are "A+C", and may be "AC" in the key
        std::string together = field.text;
        std::erase(together, '+');
        answer = row.points.find(together);
      }
      field.right = answer != row.points.end();
      field.points = field.right ? answer->second : field.text.empty() ? row.empty : row.wrong;
    }
    graded.points += field.points;
    graded.right += field.right ? 1 : 0;
    graded.empty += !field.right && field.text.empty() ? 1 : 0;
    graded.wrong += !field.right && !field.text.empty() ? 1 : 0;
    graded.doubtful += field.doubtful ? 1 : 0;
    graded.fields.push_back(std::move(field));
  }
  return graded;
}

}  // namespace inkling::inline INKLING_ABI::form
