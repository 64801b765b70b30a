#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// A picture and what it shows.
struct LabelledFile {
  std::filesystem::path file;
  std::string label;

  bool operator==(const LabelledFile&) const = default;
};

/// Whether the folder holds pictures by label: a labels.csv, or a folder with a picture in it.
bool has_labelled_files(const std::filesystem::path& folder);

/// The pictures of a folder and their labels, in the order of labels.csv, else sorted by label and name. Either is
/// known:
///
///     DIR/labels.csv        a heading with the columns file and text (or label, or char), then a row for each picture;
///                           columns that are not named so are skipped
///     DIR/<label>/*.png     and .jpg, .jpeg, .webp, .tif, .tiff, .heic: every folder is a label
///
/// Throws FileError when the folder has neither, or names a file that is not there; FormatError, with the line, when
/// labels.csv has no such columns or a row without a label.
std::vector<LabelledFile> labelled_files(const std::filesystem::path& folder);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/labelled_files.ipp>
#endif
