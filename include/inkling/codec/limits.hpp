#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <cstddef>
#include <string>

namespace inkling::inline INKLING_ABI {

/// What a decoder accepts. Pictures come from strangers: everything is checked before memory is spent on it.
struct DecodeLimits {
  std::size_t bytes = std::size_t{8} << 20U;    // of the file
  Index side = 4096;                            // pixels; a JPEG beyond it is decoded at 1/2, 1/4 or 1/8
  Index pixels = Index{1} << 24U;               // width * height as the file declares them
  std::size_t memory = std::size_t{64} << 20U;  // that stb may hold at once for a PNG
};

/// The bytes are no picture, or a kind of picture that is not read. (HTTP: 415 Unsupported Media Type.)
struct UnsupportedImageError : FormatError {
  using FormatError::FormatError;
};

/// A picture beyond DecodeLimits. (HTTP: 413 Content Too Large.)
struct ImageTooLargeError : FormatError {
  using FormatError::FormatError;
};

namespace detail {

/// Throws FormatError for an empty picture, ImageTooLargeError for one with more pixels than the limits allow.
inline void check_declared_size(const char* format, Index width, Index height, Index side, const DecodeLimits& limits) {
  const std::string declared =
      std::string(format) + ": the header declares " + std::to_string(width) + "x" + std::to_string(height) + " pixels";
  if (width < 1 || height < 1) throw FormatError(declared + ", expected at least 1x1");
  if (width > side || height > side || width * height > limits.pixels) {
    throw ImageTooLargeError(declared + ", expected sides up to " + std::to_string(side) + " and up to " +
                             std::to_string(limits.pixels) + " pixels in all");
  }
}

}  // namespace detail

}  // namespace inkling::inline INKLING_ABI
