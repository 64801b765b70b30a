#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/field_picture.hpp>
#include <inkling/form/reading.hpp>
#include <inkling/form/template.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/picture/grey_image.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

struct ReadCellsOptions {
  std::size_t candidates = 10;  // of each cell at most
  int threads = 1;
  /// A second opinion on numbers and dates, which it reads as a whole: it says how many digits there are where they
  /// stand free, and how sure a reading is.
  std::shared_ptr<const LineModel> lines = {};
  /// Receives the number of a field and what a step made of it: "clean", its ink without print, and where its cells
  /// are.
  std::function<void(std::size_t field, std::string_view step, const GreyImage& picture)> on_step = {};

  void check() const;  // throws ValueError that names the first field out of range
};

/// Reads the fields of one page: finds their cells, takes the print out, and asks the model once about all cells of the
/// page. A field's text is what its cells say, from left to right; rules come later. Places of cells are in pixels of
/// the field's picture. Ticks and choices are read by read_marks, a signature is there ("yes") or not ("no"); fields of
/// the kinds barcode, picture and table come back empty.
///
/// A page's fields belong together: how dark the pen is where there is writing tells paper from ink where there is
/// none. Throws ShapeError unless there is a picture for each field, what the model throws for images that it cannot
/// read.
std::vector<FieldReading> read_cells(std::span<const Field> fields, std::span<const FieldPicture> pictures,
                                     const Classifier& model, const ReadCellsOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/read_cells.ipp>
#endif
