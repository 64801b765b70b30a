#pragma once

#include <stdexcept>
#include <string_view>

/// The results cannot be written: the disk is full, or nobody reads them any more. The command ends; that no single
/// picture is to blame is why it is no inkling::Error.
struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Writes the text to the standard output at once. Throws OutputError with the system's reason.
void print(std::string_view text);

/// Makes sure that everything has arrived that was written to the standard output in any other way.
void finish_output();
