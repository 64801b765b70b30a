#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>

#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

struct ReadMarksOptions {
  double faintest = 0.28;  // shares of the way from an empty place of the page to a filled one: less is no mark,
  double sure = 0.5;       // more is one, and between them a mark is faint
  double full = 0.8;       // of a place that is filled completely, which takes a mark back where the template says so

  void check() const;  // throws ValueError that names the first field out of range
};

/// Reads the check boxes and bubbles of one page: fields of the kinds tick and choice. The cells of a choice are its
/// places; a tick is one, the field itself. How dark a place is counts only against what the blank form has there, if
/// its print is known, and against the other places of the page: so neither a dark scanner nor letters inside of
/// bubbles are marks.
///
/// None, a faint mark, one and several are four outcomes. None: status empty, a tick's text is "no". One: its value, a
/// tick's is "yes". A faint mark is not counted when there is a clear one beside it; alone, the field is doubtful and
/// its text is what the mark would say. Several: their values one after another with "+" between, doubtful unless
/// Field::many. Throws ShapeError unless there is a picture for each field.
std::vector<FieldReading> read_marks(std::span<const Field> fields, std::span<const FieldPicture> pictures,
                                     const ReadMarksOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/read_marks.ipp>
#endif
