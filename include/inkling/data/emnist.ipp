#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/idx.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

inline constexpr std::array<std::string_view, 6> split_names{"byclass", "bymerge", "balanced",
                                                             "letters", "digits",  "mnist"};

}  // namespace detail

INKLING_INLINE std::string_view to_string(Split split) noexcept {
  return detail::split_names[static_cast<std::size_t>(split)];
}

INKLING_INLINE std::string_view to_string(Part part) noexcept {
  return part == Part::train ? "train" : "test";
}

INKLING_INLINE Split parse_split(std::string_view name) {
  std::string names;
  for (std::size_t i = 0; i < detail::split_names.size(); ++i) {
    if (name == detail::split_names[i]) return static_cast<Split>(i);
    names += (names.empty() ? "" : ", ") + std::string(detail::split_names[i]);
  }
  throw ValueError("unknown split '" + std::string(name) + "': expected one of " + names);
}

namespace detail {

/// A mapping file: the characters of the labels first_label, first_label + 1, ...
struct EmnistMapping {
  int first_label = 0;
  std::vector<std::string> class_names;
};

/// The files of one part.
struct EmnistFiles {
  std::filesystem::path folder;  // of the split, where its mapping is
  std::filesystem::path images;
  std::filesystem::path labels;
  bool transposed = false;
};

/// Where the files may lie below the folder that somebody names: right there, in what the official archive unpacks to,
/// or where torchvision keeps them.
inline std::vector<std::filesystem::path> emnist_folders(const std::filesystem::path& folder) {
  return {folder, folder / "gzip", folder / "raw", folder / "EMNIST" / "raw", folder / "MNIST" / "raw"};
}

/// `name` or `name`.gz in the folder, also with a point for the last hyphen but one (train-images.idx3-ubyte), and in a
/// folder of the file's own name, as Kaggle packs them.
inline std::optional<std::filesystem::path> find_idx(const std::filesystem::path& folder, const std::string& name) {
  std::string with_point = name;
  with_point[name.rfind("-idx")] = '.';
  for (const std::string& spelling : {name, with_point}) {
    for (const char* suffix : {"", ".gz"}) {
      const std::filesystem::path file = folder / (spelling + suffix);
      if (std::filesystem::is_regular_file(file)) return file;
      for (const std::string& inner : {name, with_point}) {
        if (std::filesystem::is_regular_file(file / inner)) return file / inner;
      }
    }
  }
  return std::nullopt;
}

[[noreturn]] inline void fail_missing(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  std::string tried;
  for (const std::string& name : names) tried += (tried.empty() ? "" : ", ") + name + ", " + name + ".gz";
  throw FileError(folder.string() + ": expected one of " + tried + ", found none of them");
}

/// What the names of the files of a part begin with.
struct EmnistPrefix {
  std::string text;
  bool transposed;
};

/// EMNIST's own, and for Split::mnist that of MNIST.
inline std::vector<EmnistPrefix> emnist_prefixes(Split split, Part part) {
  std::vector<EmnistPrefix> prefixes{
      {"emnist-" + std::string(to_string(split)) + "-" + std::string(to_string(part)), true}};
  if (split == Split::mnist) prefixes.push_back({part == Part::train ? "train" : "t10k", false});
  return prefixes;
}

inline std::string images_name(const EmnistPrefix& prefix) {
  return prefix.text + "-images-idx3-ubyte";
}

inline EmnistFiles find_emnist(const std::filesystem::path& folder, Split split, Part part) {
  if (!std::filesystem::is_directory(folder)) {
    throw FileError(folder.string() + ": expected the folder of a data set, found none");
  }
  std::vector<std::string> tried;
  for (const EmnistPrefix& prefix : emnist_prefixes(split, part)) {
    tried.push_back(images_name(prefix));
    for (const std::filesystem::path& place : emnist_folders(folder)) {
      const auto images = find_idx(place, tried.back());
      if (!images) continue;
      const std::string labels_name = prefix.text + "-labels-idx1-ubyte";
      const auto labels = find_idx(place, labels_name);
      if (!labels) fail_missing(place, {labels_name});
      return {place, *images, *labels, prefix.transposed};
    }
  }
  fail_missing(folder, tried);
}

/// A line is "label code", or "label capital small" where a class merges both cases. Codes are ASCII.
inline EmnistMapping read_mapping(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw FileError(file.string() + ": cannot open");
  EmnistMapping mapping;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (number == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);  // the mark that some editors save
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    std::istringstream fields(line);
    int label = 0;
    int code = 0;
    if (!(fields >> label >> code) || label < 0 || code <= ' ' || code > '~') {
      throw FormatError(file.string() + ": line " + std::to_string(number) +
                        ": expected a label and the code of a printable ASCII character, got '" + line + "'");
    }
    if (mapping.class_names.empty()) mapping.first_label = label;
    if (const int expected = mapping.first_label + static_cast<int>(mapping.class_names.size()); label != expected) {
      throw FormatError(file.string() + ": line " + std::to_string(number) + ": expected label " +
                        std::to_string(expected) + ", got " + std::to_string(label));
    }
    mapping.class_names.emplace_back(1, static_cast<char>(code));
  }
  if (mapping.class_names.empty()) throw FormatError(file.string() + ": expected a line for each label, got none");
  return mapping;
}

inline EmnistMapping find_mapping(const std::filesystem::path& folder, Split split) {
  const auto file = folder / ("emnist-" + std::string(to_string(split)) + "-mapping.txt");
  const bool has_known_classes = split == Split::digits || split == Split::mnist;
  if (has_known_classes && !std::filesystem::exists(file)) {
    return {0, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}};
  }
  if (!std::filesystem::exists(file))
    throw FileError(file.string() + ": the mapping of labels to characters is missing");
  return read_mapping(file);
}

constexpr Index emnist_side = 28;

inline Pixels read_emnist_images(const EmnistFiles& files) {
  IdxArray images = read_idx(files.images, 3);
  if (images.dims[1] != emnist_side || images.dims[2] != emnist_side) {
    throw FormatError(files.images.string() + ": expected images of 28 x 28, got " + std::to_string(images.dims[1]) +
                      " x " + std::to_string(images.dims[2]));
  }
  if (files.transposed) {
    for (Index i = 0; i < images.items.cols(); ++i) {
      Eigen::Map<Eigen::Matrix<std::uint8_t, emnist_side, emnist_side>>(images.items.col(i).data()).transposeInPlace();
    }
  }
  return std::move(images.items);
}

inline std::vector<Label> read_emnist_labels(const std::filesystem::path& file, const EmnistMapping& mapping) {
  const IdxArray stored = read_idx(file, 1);
  const auto classes = static_cast<Label>(mapping.class_names.size());
  std::vector<Label> labels;
  labels.reserve(static_cast<std::size_t>(stored.items.size()));
  for (const std::uint8_t value : stored.items.reshaped()) {
    const Label label = value - mapping.first_label;
    if (label < 0 || label >= classes) {
      throw FormatError(file.string() + ": expected labels " + std::to_string(mapping.first_label) + ".." +
                        std::to_string(mapping.first_label + classes - 1) + ", got " + std::to_string(value) +
                        " for image " + std::to_string(labels.size()));
    }
    labels.push_back(label);
  }
  return labels;
}

}  // namespace detail

INKLING_INLINE std::vector<Split> emnist_splits(const std::filesystem::path& folder) {
  const auto has_images = [&](Split split) {
    for (const Part part : {Part::train, Part::test}) {
      for (const detail::EmnistPrefix& prefix : detail::emnist_prefixes(split, part)) {
        for (const std::filesystem::path& place : detail::emnist_folders(folder)) {
          if (detail::find_idx(place, detail::images_name(prefix))) return true;
        }
      }
    }
    return false;
  };
  std::vector<Split> found;
  for (std::size_t i = 0; i < detail::split_names.size(); ++i) {
    if (has_images(static_cast<Split>(i))) found.push_back(static_cast<Split>(i));
  }
  return found;
}

INKLING_INLINE Dataset load_emnist(const std::filesystem::path& folder, Split split, Part part) {
  const detail::EmnistFiles files = detail::find_emnist(folder, split, part);
  detail::EmnistMapping mapping = detail::find_mapping(files.folder, split);
  std::vector<Label> labels = detail::read_emnist_labels(files.labels, mapping);
  Pixels pixels = detail::read_emnist_images(files);
  if (static_cast<std::size_t>(pixels.cols()) != labels.size()) {
    throw FormatError(files.labels.string() + ": expected a label for each of the " + std::to_string(pixels.cols()) +
                      " images of " + files.images.filename().string() + ", got " + std::to_string(labels.size()));
  }
  return {{.height = detail::emnist_side, .width = detail::emnist_side},
          std::move(pixels),
          std::move(labels),
          std::move(mapping.class_names)};
}

}  // namespace inkling::inline INKLING_ABI
