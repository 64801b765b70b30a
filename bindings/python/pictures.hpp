#pragma once

#include <inkling/codec/decode.hpp>
#include <inkling/picture/rgb_image.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "arrays.hpp"
#include "picture_limits.hpp"

/// Pictures: an array, the bytes of a file, or its path.
namespace inkling::python {

inline std::vector<std::uint8_t> file_bytes(const Path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError(path.string() + ": cannot open the picture");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline GreyImage decoded(std::span<const std::uint8_t> bytes) {
  return unlocked([&] { return decode_image(bytes, bindings::picture_limits(bytes.size())); });
}

inline GreyImage grey_of(const py::array& array) {
  const Bytes pixels = as_bytes(array, "picture");
  if (pixels.ndim() == 2) {
    return {pixels.shape(1), pixels.shape(0), std::vector<std::uint8_t>(pixels.data(), pixels.data() + pixels.size())};
  }
  if (pixels.ndim() == 3 && pixels.shape(2) == 3) {
    RgbImage image(pixels.shape(1), pixels.shape(0));
    std::memcpy(static_cast<void*>(image.values().data()), pixels.data(), static_cast<std::size_t>(pixels.size()));
    return luma(image);
  }
  throw ShapeError("picture: expected [height, width] or [height, width, 3]");
}

/// An array, the bytes of a file, or its path.
inline GreyImage picture_of(const py::object& picture) {
  if (py::isinstance<py::array>(picture)) return grey_of(py::reinterpret_borrow<py::array>(picture));
  if (py::isinstance<py::bytes>(picture)) {
    const auto text = py::cast<std::string_view>(picture);
    return decoded({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  return decoded(file_bytes(py::cast<Path>(picture)));
}

}  // namespace inkling::python
