#pragma once

#include <inkling/core/config.hpp>

#include <cstdint>

namespace inkling::inline INKLING_ABI {

/// The number of a class, from 0.
using Label = std::int32_t;

}  // namespace inkling::inline INKLING_ABI
