#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The classes of EMNIST's splits.
namespace inkling::test {

inline std::vector<std::string> names(std::string_view characters) {
  std::vector<std::string> result;
  for (const char c : characters) result.emplace_back(1, c);
  return result;
}

inline const std::string_view digits = "0123456789";
inline const std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
inline const std::string_view bymerge = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";
inline const std::string_view byclass = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

}  // namespace inkling::test
