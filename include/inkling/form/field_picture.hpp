#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/template.hpp>
#include <inkling/picture/grey_image.hpp>

#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A field as it lies on a page: its place made upright, with some of the page around it, so that strokes which leave
/// the field can be followed and a place that is a little off can be set right.
struct FieldPicture {
  GreyImage picture;                    // the field and a margin: half of its height is enough
  Box place = {};                       // of the field in the picture
  std::vector<Box> cells = {};          // in the picture, where the template gives them one by one
  std::optional<GreyImage> print = {};  // the same part of the blank page, if there is one: as large as the picture
  bool print_is_learnt = false;         // from filled pages: writing that most of them share is still in it
};

}  // namespace inkling::inline INKLING_ABI::form
