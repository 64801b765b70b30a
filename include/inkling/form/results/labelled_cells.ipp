#pragma once

#include <inkling/form/results/labelled_cells.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

inline bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace detail

INKLING_INLINE std::vector<LabelledCell> labelled_cells(const FieldReading& field) {
  if (field.decided_by.empty() || field.status != FieldStatus::read) return {};
  std::string characters = field.text;
  // Signs and separators have no cell of their own, nor has a blank that was put between cells.
  if (characters.size() != field.cells.size()) {
    std::erase_if(characters, [](char c) { return c == '.' || c == ',' || c == '/' || c == '-' || c == ' '; });
  }
  std::vector<std::size_t> cells;
  for (std::size_t k = 0; k < field.cells.size(); ++k) {
    if (characters.size() == field.cells.size() || field.cells[k].status != CellStatus::empty) cells.push_back(k);
  }
  if (cells.size() != characters.size()) return {};
  std::vector<LabelledCell> labelled;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CellReading& cell = field.cells[cells[i]];
    if (!detail::is_letter_or_digit(characters[i]) || cell.status == CellStatus::empty) continue;
    labelled.push_back({.label = std::string(1, characters[i]), .place = cell.place, .cell = cells[i]});
  }
  return labelled;
}

}  // namespace inkling::inline INKLING_ABI::form
