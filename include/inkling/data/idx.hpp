#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/data/detail/byte_reader.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// The bytes of an IDX file, the format of MNIST and EMNIST (LeCun, Cortes and Burges): a big-endian header, then the
/// items one after another.
///
///     00 00 | type, 08: unsigned bytes | number of dimensions | each dimension, 4 bytes | items
struct IdxArray {
  std::vector<Index> dims;  // images: {count, height, width}; labels: {count}
  Pixels items;             // product of dims[1..] x dims[0]: a column is one item
};

/// Reads a whole IDX file, raw or gzip (told apart by content), that must have `dimensions` dimensions: 3 for images,
/// 1 for labels. Throws ValueError unless 1 <= dimensions <= 255. The items are held once, in memory that is allocated
/// only when the source is large enough for the size that its header declares. Throws FileError when the file cannot be
/// read; FormatError naming it, what was expected and what came, when it is not IDX of unsigned bytes, has other
/// dimensions, is too short or too long, or its gzip data are corrupt.
IdxArray read_idx(const std::filesystem::path& file, int dimensions);

/// The same from memory; `name` stands for a file name in errors.
IdxArray read_idx(std::span<const std::uint8_t> bytes, int dimensions, std::string name = "memory");

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/idx.ipp>
#endif
