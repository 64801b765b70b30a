#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/data/dataset.hpp>

#include <filesystem>
#include <string_view>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The selections of EMNIST (Cohen, Afshar, Tapson and van Schaik 2017, arXiv:1702.05373).
enum class Split {
  byclass,   // 62 classes, natural frequencies
  bymerge,   // 47 classes: the letters whose two cases look alike are merged
  balanced,  // the 47 classes of bymerge, equally frequent
  letters,   // 26 classes, both cases of every letter merged
  digits,    // 10 classes
  mnist,     // 10 classes, in the manner of MNIST; or MNIST itself
};

enum class Part { train, test };

/// "byclass"
std::string_view to_string(Split split) noexcept;

/// "train" or "test"
std::string_view to_string(Part part) noexcept;

/// The split of that name. Throws ValueError listing the names.
Split parse_split(std::string_view name);

/// Loads one part of one split from a folder with the official file names, each raw or with `.gz`:
///
///     emnist-<split>-<train|test>-images-idx3-ubyte   emnist-<split>-mapping.txt
///     emnist-<split>-<train|test>-labels-idx1-ubyte
///
/// Images are 28 x 28 and upright: the files hold them transposed. Labels count from 0, in `letters` too, and class
/// names are one character each; classes that merge two cases are named by the capital, as in the mapping files. The
/// mapping file may be missing for `digits` and `mnist`, whose classes are "0" to "9".
///
/// Split::mnist also reads MNIST under its own names, `train-` or `t10k-images-idx3-ubyte` and labels, which are not
/// transposed, when the folder has no `emnist-mnist-` images of that part.
///
/// The folder may also be the one above: the official archive unpacks into `gzip/`, torchvision into `EMNIST/raw/` and
/// `MNIST/raw/`. Files may be spelled `train-images.idx3-ubyte`, and lie in folders of their own name, as on Kaggle.
///
/// Throws FileError naming the files looked for when one is missing; FormatError when a file is broken, images are not
/// 28 x 28, images and labels differ in number, or a label is not in the mapping.
Dataset load_emnist(const std::filesystem::path& folder, Split split, Part part);

/// The splits of which load_emnist finds images of either part, in the order of Split.
std::vector<Split> emnist_splits(const std::filesystem::path& folder);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/emnist.ipp>
#endif
