#pragma once

#include <inkling/codec/decode.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/normalise/labelled_pictures.hpp>
#include <inkling/normalise/normalise.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE LabelledPictures load_labelled_pictures(const std::filesystem::path& folder,
                                                       const NormaliseOptions& options, int threads) {
  const std::vector<LabelledFile> files = labelled_files(folder);
  std::vector<std::optional<GreyImage>> read(files.size());
  std::vector<std::string> faults(files.size());
  parallel_for(static_cast<Index>(files.size()), threads, [&](Index index, int) {
    const auto i = static_cast<std::size_t>(index);
    try {
      read[i] = normalise(decode_image(read_picture_bytes(files[i].file)), options);
    } catch (const Error& error) {
      faults[i] = files[i].file.string() + ": " + error.what();
    }
  });

  std::set<std::string> names;
  for (const LabelledFile& file : files) names.insert(file.label);
  const std::vector<std::string> class_names(names.begin(), names.end());
  const auto count = std::count_if(read.begin(), read.end(), [](const auto& image) { return image.has_value(); });
  if (count == 0) throw FormatError(folder.string() + ": no picture could be read: " + faults.front());
  Pixels pixels(options.side * options.side, count);
  std::vector<Label> labels;
  std::vector<std::string> refused;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!read[i]) {
      refused.push_back(faults[i]);
      continue;
    }
    pixels.col(static_cast<Index>(labels.size())) = Eigen::Map<const Pixels>(read[i]->row(0), pixels.rows(), 1);
    const auto name = std::lower_bound(class_names.begin(), class_names.end(), files[i].label);
    labels.push_back(static_cast<Label>(name - class_names.begin()));
  }
  return {Dataset({.height = options.side, .width = options.side}, std::move(pixels), std::move(labels), class_names),
          std::move(refused)};
}

}  // namespace inkling::inline INKLING_ABI
