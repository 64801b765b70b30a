#pragma once

#include <inkling/form/reading_json.hpp>
#include <inkling/form/results/page_table.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// The fields of a page by the names of their columns; those of tables one by one.
inline void for_each_column(const std::vector<FieldReading>& fields, const std::string& prefix, const auto& work) {
  for (const FieldReading& field : fields) {
    work(prefix + field.name, field);
    for (std::size_t row = 0; row < field.rows.size(); ++row) {
      for_each_column(field.rows[row], prefix + field.name + "." + std::to_string(row + 1) + ".", work);
    }
  }
}

inline TableCell text_cell(std::string_view text) {
  return {.text = std::string(text), .is_number = false};
}

/// Four digits with a point, whatever the machine's language.
inline TableCell share_cell(double share) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%d", static_cast<int>(std::clamp(share, 0.0, 1.0) * 10000 + 0.5));
  std::string digits(text.data());
  digits.insert(0, std::string(5 - std::min<std::size_t>(5, digits.size()), '0'));
  return {.text = digits.substr(0, 1) + "." + digits.substr(1), .is_number = true};
}

}  // namespace detail

INKLING_INLINE PageTable::PageTable(const std::vector<FormTemplate>& forms, PageTableOptions options)
    : options_(options) {
  for (const FormTemplate& form : forms) {
    for (const Field& field : form.fields) {
      if (field.kind != FieldKind::table) add_column(field.name);
    }
    for (const JoinedField& joined : form.joined) add_column(joined.name);
  }
}

INKLING_INLINE void PageTable::add_column(const std::string& name) {
  if (std::find(columns_.begin(), columns_.end(), name) == columns_.end()) columns_.push_back(name);
}

INKLING_INLINE void PageTable::note(const PageReading& page) {
  detail::for_each_column(page.fields, "", [&](const std::string& name, const FieldReading& field) {
    if (field.rows.empty()) add_column(name);
  });
}

INKLING_INLINE std::vector<TableCell> PageTable::header() const {
  std::vector<TableCell> cells;
  for (const char* name : {"file", "page", "form", "status"}) cells.push_back(detail::text_cell(name));
  for (const std::string& column : columns_) {
    cells.push_back(detail::text_cell(column));
    if (!options_.details) continue;
    cells.push_back(detail::text_cell(column + " status"));
    cells.push_back(detail::text_cell(column + " confidence"));
    cells.push_back(detail::text_cell(column + " decided by"));
  }
  const bool taken = std::find(columns_.begin(), columns_.end(), "reason") != columns_.end();
  cells.push_back(detail::text_cell(taken ? "page_reason" : "reason"));
  return cells;
}

INKLING_INLINE std::vector<TableCell> PageTable::row(const PageReading& page) const {
  std::map<std::string, const FieldReading*> fields;
  detail::for_each_column(page.fields, "",
                          [&](const std::string& name, const FieldReading& field) { fields.emplace(name, &field); });
  std::vector<TableCell> cells{detail::text_cell(page.file),
                               {.text = std::to_string(page.page), .is_number = true},
                               detail::text_cell(page.form),
                               detail::text_cell(name_of(page.status))};
  for (const std::string& column : columns_) {
    const auto found = fields.find(column);
    const FieldReading* field = found == fields.end() ? nullptr : found->second;
    cells.push_back(detail::text_cell(field == nullptr ? "" : field->text));
    if (!options_.details) continue;
    cells.push_back(detail::text_cell(field == nullptr ? "" : name_of(field->status)));
    cells.push_back(field == nullptr ? detail::text_cell("") : detail::share_cell(field->confidence));
    cells.push_back(detail::text_cell(field == nullptr ? "" : field->decided_by));
  }
  cells.push_back(detail::text_cell(page.reason));
  return cells;
}

}  // namespace inkling::inline INKLING_ABI::form
