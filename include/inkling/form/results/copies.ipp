#pragma once

#include <inkling/form/results/copies.hpp>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// The pages of one copy, by their numbers.
struct Copy {
  const Sheet* sheet = nullptr;
  std::map<int, std::vector<const PageReading*>> pages = {};
};

inline void hold(PageReading& page, const std::string& reason) {
  if (page.status == PageStatus::read) page.status = PageStatus::doubtful;
  page.reason += (page.reason.empty() ? "" : "; ") + reason;
}

inline void add_page(PageReading& whole, const PageReading& page, const std::string& key) {
  whole.file += (whole.file.empty() ? "" : "; ") + page.file;
  if (page.status != PageStatus::read) {
    hold(whole, page.form + ": " + (page.reason.empty() ? "doubtful" : page.reason));
  }
  for (const FieldReading& field : page.fields) {
    const bool taken = std::any_of(whole.fields.begin(), whole.fields.end(),
                                   [&](const FieldReading& other) { return other.name == field.name; });
    if (taken && field.name == key) continue;
    whole.fields.push_back(field);
    if (taken) whole.fields.back().name = page.form + "." + field.name;
  }
  whole.rules.insert(whole.rules.end(), page.rules.begin(), page.rules.end());
}

inline PageReading joined_copy(const Copy& copy) {
  PageReading whole{.file = {}, .form = copy.sheet->form, .status = PageStatus::read};
  for (int number = 1; number <= copy.sheet->pages; ++number) {
    const auto found = copy.pages.find(number);
    const std::string page = "page " + std::to_string(number) + " of " + std::to_string(copy.sheet->pages);
    if (found == copy.pages.end()) {
      hold(whole, page + " is missing");
      continue;
    }
    if (found->second.size() > 1) hold(whole, page + " is there " + std::to_string(found->second.size()) + " times");
    add_page(whole, *found->second.front(), copy.sheet->key);
  }
  return whole;
}

}  // namespace detail

INKLING_INLINE std::vector<PageReading> join_copies(const std::vector<FormTemplate>& forms,
                                                    const std::vector<PageReading>& pages) {
  std::vector<detail::Copy> copies;
  std::map<std::pair<std::string, std::string>, std::size_t> place;  // of each copy, by form and key
  std::vector<PageReading> result;                                   // a copy is put in where its first page is
  std::vector<std::size_t> row;                                      // of each copy
  for (const PageReading& page : pages) {
    const auto form = std::find_if(forms.begin(), forms.end(),
                                   [&](const FormTemplate& candidate) { return candidate.name == page.form; });
    if (form == forms.end() || !form->sheet) {
      result.push_back(page);
      continue;
    }
    const Sheet& sheet = *form->sheet;
    const auto key = std::find_if(page.fields.begin(), page.fields.end(),
                                  [&](const FieldReading& field) { return field.name == sheet.key; });
    const bool told = key != page.fields.end() && !key->text.empty() && key->status != FieldStatus::doubtful;
    if (!told) {
      result.push_back(page);
      detail::hold(result.back(), "loose page: '" + sheet.key + "', which tells the copy, is empty or doubtful");
      continue;
    }
    const auto [at, is_new] = place.try_emplace({sheet.form, key->text}, copies.size());
    if (is_new) {
      copies.push_back({.sheet = &sheet});
      row.push_back(result.size());
      result.emplace_back();
    }
    copies[at->second].pages[sheet.page].push_back(&page);
  }
  for (std::size_t i = 0; i < copies.size(); ++i) result[row[i]] = detail::joined_copy(copies[i]);
  return result;
}

}  // namespace inkling::inline INKLING_ABI::form
