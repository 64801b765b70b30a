#pragma once

namespace inkling {

/// The library's version (semantic versioning). CMake reads the three numbers from this file.
struct Version {
  int major, minor, patch;
};

inline constexpr Version version{0, 1, 0};

}  // namespace inkling
