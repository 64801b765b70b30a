#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <cstddef>

namespace inkling::inline INKLING_ABI {

/// What a decoder accepts. Pictures come from strangers: everything is checked before memory is spent on it.
struct DecodeLimits {
  std::size_t bytes = std::size_t{8} << 20U;  // of the file
  Index side = 65'535;                        // pixels, as the file declares it
  Index pixels = Index{1} << 24U;             // width * height of what comes out; where the kind of file can be read at
                                              // 1/2, 1/4 or 1/8 (JPEG, HEIC, WebP; TIFF of grey, two levels or RGB),
                                              // up to 16 times as many may be in the file
  std::size_t memory = std::size_t{64} << 20U;  // that may be held at once: of PNG and JPEG beside the result; of
                                                // others with it, and 20 times the file more

  void check() const;  // throws ValueError that names the first field out of range
};

/// The bytes are no picture, or a kind of picture that is not read. (HTTP: 415 Unsupported Media Type.)
struct UnsupportedImageError : FormatError {
  using FormatError::FormatError;
};

/// A picture beyond DecodeLimits. (HTTP: 413 Content Too Large.)
struct ImageTooLargeError : FormatError {
  using FormatError::FormatError;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/codec/limits.ipp>
#endif
