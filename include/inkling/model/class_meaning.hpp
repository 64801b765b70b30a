#pragma once

#include <inkling/core/config.hpp>

#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// What a class stands for: its name and, when it merges both cases of a letter, the other case too.
///
/// A class is merged when its name is one letter whose other case is not a class beside it. So "C" is merged in the
/// models of EMNIST's bymerge, which have no class "c", but "A" is not: they have a class "a" as well. The capitals of
/// EMNIST's letters are all merged.
struct ClassMeaning {
  std::string name;
  std::string other_case = {};  // empty unless merged

  bool merged() const noexcept { return !other_case.empty(); }
  bool operator==(const ClassMeaning&) const = default;
};

/// A letter of ASCII as a capital, another character as it is.
char as_capital(char c) noexcept;

/// "c" for "C" and "C" for "c"; empty unless the name is one ASCII letter.
std::string other_case(const std::string& class_name);

/// What each class of a model or a data set stands for, in the order of its classes.
std::vector<ClassMeaning> class_meanings(const std::vector<std::string>& class_names);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/model/class_meaning.ipp>
#endif
