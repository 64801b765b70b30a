#pragma once

#include <inkling/core/error.hpp>

/// Options that do not go together. The command ends with status 2.
struct UsageError : inkling::Error {
  using inkling::Error::Error;
};
