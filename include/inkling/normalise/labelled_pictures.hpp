#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/labelled_files.hpp>
#include <inkling/normalise/options.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

struct LabelledPictures {
  Dataset data;                      // 28x28 as normalise() makes them; the classes are the labels in order
  std::vector<std::string> refused;  // the files that are no pictures or show no ink, and why
};

/// Reads a folder of pictures by label (see labelled_files), of any size and polarity, as a data set: each is decoded
/// and normalised. Needs the target inkling::decode.
/// Throws FileError and FormatError as labelled_files does, and FormatError when no picture could be read.
LabelledPictures load_labelled_pictures(const std::filesystem::path& folder, const NormaliseOptions& options = {},
                                        int threads = 0);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/normalise/labelled_pictures.ipp>
#endif
