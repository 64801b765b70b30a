#pragma once

#include <inkling/core/config.hpp>

#include <stdexcept>
#include <string>

namespace inkling::inline INKLING_ABI {

/// Base of every exception that the library throws. The text says what was expected, what came, and where.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Sizes that do not fit: a matrix, an image, or a layer's input.
struct ShapeError : Error {
  using Error::Error;
};

/// A value that an option, label or argument may not have.
struct ValueError : Error {
  using Error::Error;
};

/// Bytes that are not what their format demands: a data set, a model file, a picture.
struct FormatError : Error {
  using Error::Error;
};

/// The operating system refused: a file that cannot be opened, read, written or renamed.
struct FileError : Error {
  using Error::Error;
};

/// A picture without ink: there is nothing to recognise.
struct NoInkError : Error {
  using Error::Error;
};

/// Throws `E` with `message` unless `condition` holds. For checks whose message is a literal; build others behind an
/// `if`.
template <typename E>
void require(bool condition, const char* message) {
  if (!condition) throw E(message);
}

}  // namespace inkling::inline INKLING_ABI
