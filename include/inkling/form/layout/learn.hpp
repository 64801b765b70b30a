#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/template.hpp>
#include <inkling/picture/grey_image.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A form as pages show it.
struct LearntForm {
  FormTemplate form;  // fields field01, field02, ... in reading order; coordinates are the pixels of the first page
  GreyImage print;    // what is printed, as large as the first page, on white
  std::vector<std::string> remarks;  // what a person should know: pages that were left out, print that may be writing
};

struct LearnOptions {
  std::string name = "form";

  void check() const;  // throws ValueError that names the first field out of range
};

/// What is printed on pages of one form: the ink that all of them share once they lie on one another. Each page is
/// registered onto the first; a pixel of its ink is print when nearly all of the others have ink within two pixels of
/// it. Pages that do not fit are left out. One page is taken as it is. Throws ValueError for no pages, or for a first
/// page without print.
GreyImage learn_print(std::span<const GreyImage> pages, std::vector<std::string>& remarks);

/// The fields that a blank form shows: rows of boxes, combs, tick boxes, rows of bubbles, tables, wide boxes and bare
/// lines. Named field01, field02, ... in reading order.
std::vector<Field> propose_fields(const GreyImage& print);

/// Both: a template from one blank page, or from three or more filled ones.
LearntForm learn_form(std::span<const GreyImage> pages, const LearnOptions& options = {});

using RgbImage = Image<std::array<std::uint8_t, 3>>;

/// The page with its fields drawn over it, each kind in its own colour, cell by cell.
RgbImage draw_fields(const GreyImage& page, std::span<const Field> fields);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/layout/learn.ipp>
#endif
