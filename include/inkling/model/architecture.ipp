#pragma once

#include <inkling/core/error.hpp>
#include <inkling/model/architecture.hpp>

#include <utility>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE StageOption::StageOption(Kind kind) : kind_(kind) {}
INKLING_INLINE StageOption::StageOption(bool value) : StageOption(Kind::boolean) {
  integer_ = value ? 1 : 0;
}
INKLING_INLINE StageOption::StageOption(int value) : StageOption(Index{value}) {}
INKLING_INLINE StageOption::StageOption(Index value) : StageOption(Kind::integer) {
  integer_ = value;
}
INKLING_INLINE StageOption::StageOption(double value) : StageOption(Kind::real) {
  real_ = value;
}
INKLING_INLINE StageOption::StageOption(const char* value) : StageOption(std::string(value)) {}
INKLING_INLINE StageOption::StageOption(std::string value) : StageOption(Kind::text) {
  text_ = std::move(value);
}
INKLING_INLINE StageOption::StageOption(std::vector<Index> value) : StageOption(Kind::integers) {
  integers_ = std::move(value);
}
INKLING_INLINE StageOption::StageOption(Architecture value) : StageOption(Kind::stages) {
  stages_ = std::move(value);
}
// Here, where Stage is complete.
INKLING_INLINE StageOption::StageOption(const StageOption&) = default;
INKLING_INLINE StageOption::StageOption(StageOption&&) noexcept = default;
INKLING_INLINE StageOption& StageOption::operator=(const StageOption&) = default;
INKLING_INLINE StageOption& StageOption::operator=(StageOption&&) noexcept = default;
INKLING_INLINE StageOption::~StageOption() = default;

INKLING_INLINE bool StageOption::is_empty_list() const noexcept {
  return (kind_ == Kind::integers || kind_ == Kind::stages) && integers_.empty() && stages_.empty();
}

INKLING_INLINE bool operator==(const StageOption& a, const StageOption& b) {
  const bool numbers = a.kind_ == StageOption::Kind::integer || a.kind_ == StageOption::Kind::real;
  if (a.kind_ != b.kind_) {
    return numbers && (b.kind_ == StageOption::Kind::integer || b.kind_ == StageOption::Kind::real) &&
           a.real() == b.real();
  }
  return a.integer_ == b.integer_ && a.real_ == b.real_ && a.text_ == b.text_ && a.integers_ == b.integers_ &&
         a.stages_ == b.stages_;
}

INKLING_INLINE StageOptions::StageOptions() = default;

INKLING_INLINE StageOptions::StageOptions(std::initializer_list<Entry> entries) {
  for (const Entry& entry : entries) set(entry.name, entry.value);
}

INKLING_INLINE void StageOptions::set(std::string name, StageOption value) {
  std::size_t place = 0;
  while (place < entries_.size() && entries_[place].name < name) ++place;
  if (place < entries_.size() && entries_[place].name == name) {
    entries_[place].value = std::move(value);
  } else {
    entries_.insert(entries_.begin() + static_cast<std::ptrdiff_t>(place), Entry{std::move(name), std::move(value)});
  }
}

namespace detail {

inline bool is_list(StageOption::Kind kind) noexcept {
  return kind == StageOption::Kind::integers || kind == StageOption::Kind::stages;
}

}  // namespace detail

INKLING_INLINE const StageOption& StageOptions::find(const char* name, StageOption::Kind kind) const {
  for (const Entry& entry : entries_) {
    if (entry.name != name) continue;
    const bool whole = kind == StageOption::Kind::real && entry.value.kind() == StageOption::Kind::integer;
    if (entry.value.kind() == kind || whole || (detail::is_list(kind) && entry.value.is_empty_list()))
      return entry.value;
    throw FormatError("option \"" + entry.name + "\" has the wrong type");
  }
  throw FormatError(std::string("expected an option \"") + name + '"');
}

INKLING_INLINE bool StageOptions::boolean(const char* name) const {
  return find(name, StageOption::Kind::boolean).boolean();
}
INKLING_INLINE Index StageOptions::integer(const char* name) const {
  return find(name, StageOption::Kind::integer).integer();
}
INKLING_INLINE double StageOptions::number(const char* name) const {
  return find(name, StageOption::Kind::real).real();
}
INKLING_INLINE const std::string& StageOptions::text(const char* name) const {
  return find(name, StageOption::Kind::text).text();
}
INKLING_INLINE const std::vector<Index>& StageOptions::integers(const char* name) const {
  return find(name, StageOption::Kind::integers).integers();
}
INKLING_INLINE const Architecture& StageOptions::stages(const char* name) const {
  return find(name, StageOption::Kind::stages).stages();
}

INKLING_INLINE void StageOptions::refuse(const char* name, const std::string& value) {
  throw FormatError(std::string("option \"") + name + "\" has the unknown value \"" + value + '"');
}

INKLING_INLINE bool operator==(const StageOptions& a, const StageOptions& b) {
  if (a.entries_.size() != b.entries_.size()) return false;
  for (std::size_t i = 0; i < a.entries_.size(); ++i) {
    if (a.entries_[i].name != b.entries_[i].name || !(a.entries_[i].value == b.entries_[i].value)) return false;
  }
  return true;
}

}  // namespace inkling::inline INKLING_ABI
