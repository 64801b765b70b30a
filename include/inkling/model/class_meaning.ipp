#pragma once

#include <inkling/model/class_meaning.hpp>

#include <bitset>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE char as_capital(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

INKLING_INLINE std::string other_case(const std::string& class_name) {
  if (class_name.size() != 1) return {};
  const char c = class_name.front();
  if (c >= 'A' && c <= 'Z') return {static_cast<char>(c - 'A' + 'a')};
  if (c >= 'a' && c <= 'z') return {as_capital(c)};
  return {};
}

INKLING_INLINE std::vector<ClassMeaning> class_meanings(const std::vector<std::string>& class_names) {
  std::bitset<256>
      characters;  // that are a class: asked for with each picture, so classes are not compared each with each
  for (const std::string& name : class_names) {
    if (name.size() == 1) characters.set(static_cast<unsigned char>(name.front()));
  }
  std::vector<ClassMeaning> meanings;
  meanings.reserve(class_names.size());
  for (const std::string& name : class_names) {
    std::string other = other_case(name);
    const bool has_own_class = !other.empty() && characters[static_cast<unsigned char>(other.front())];
    meanings.push_back({name, has_own_class ? std::string() : std::move(other)});
  }
  return meanings;
}

}  // namespace inkling::inline INKLING_ABI
