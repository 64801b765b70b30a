#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/reading.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A character that a person read, and where it stands.
struct LabelledCell {
  std::string label;  // one letter or digit
  Quad place = {};    // in pixels of the template's page
  std::size_t cell = 0;
};

/// The letters and digits of a field that a person decided, with their cells: one after another, or those cells that
/// are not empty. Nothing where numbers of characters and cells differ, for then nobody knows which is which, and
/// nothing of a field that nobody decided.
std::vector<LabelledCell> labelled_cells(const FieldReading& field);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/results/labelled_cells.ipp>
#endif
