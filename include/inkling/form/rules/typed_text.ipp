#pragma once

#include <inkling/core/error.hpp>
#include <inkling/form/rules/date.hpp>
#include <inkling/form/rules/detail/characters.hpp>
#include <inkling/form/rules/number.hpp>
#include <inkling/form/rules/typed_text.hpp>
#include <inkling/form/rules/value.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/pattern.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

namespace detail {

/// Without blanks, tabs, line ends and non-breaking blanks at both ends, as a paste has them.
inline std::string_view without_space(std::string_view text) {
  static const std::vector<std::string> spaces{"\t", "\r", "\n", "\xC2\xA0"};
  return without_marks(text, spaces);
}

inline std::string all_in_case(std::string text, bool capital) {
  const char first = capital ? 'a' : 'A';
  for (char& c : text) {
    if (c >= first && c <= first + 25) c = static_cast<char>(c ^ 0x20);
  }
  return text;
}

/// Whether the text is one of those that the elements from `at` on stand for; marks may be there or not.
inline bool fits(const std::vector<Pattern::Element>& elements, std::size_t at, std::string_view text) {
  if (at == elements.size()) return text.empty();
  const Pattern::Element& element = elements[at];
  if (element.is_mark()) {
    return fits(elements, at + 1, text) || (text.starts_with(element.mark) && fits(elements, at + 1, text.substr(1)));
  }
  for (std::size_t n = 1; n <= text.size() && element.characters.contains(text[n - 1]); ++n) {
    if (fits(elements, at + 1, text.substr(n))) return true;
    if (!element.repeats) break;
  }
  return false;
}

inline TypedText no_text(std::string_view typed, const std::string& why) {
  return {
      .text = std::string(typed), .status = FieldStatus::doubtful, .problem = "'" + std::string(typed) + "' " + why};
}

inline TypedText typed_digits(std::string_view typed) {
  if (std::all_of(typed.begin(), typed.end(), is_digit)) return {.text = std::string(typed)};
  const ParsedNumber number = parse_count(typed);
  if (!number.value) return {.text = {}, .status = FieldStatus::doubtful, .problem = number.problem};
  std::string digits(typed);
  std::erase_if(digits, [](char c) { return !is_digit(c); });
  return {.text = digits};
}

inline TypedText typed_decimal(const Field& field, std::string_view typed) {
  const ParsedNumber number = parse_decimal(typed);
  if (!number.value) return {.text = {}, .status = FieldStatus::doubtful, .problem = number.problem};
  std::string text(typed);
  std::replace(text.begin(), text.end(), ',', '.');
  const std::size_t sign = text.find('.');
  const std::size_t behind = sign == std::string::npos ? 0 : text.size() - sign - 1;
  if (field.decimals > 0 && behind != static_cast<std::size_t>(field.decimals)) {
    return no_text(typed, "has " + std::to_string(behind) + " digits behind the decimal sign, the field has " +
                              std::to_string(field.decimals));
  }
  return {.text = text};
}

inline TypedText typed_date(const Field& field, std::string_view typed) {
  const std::string format = field.format.empty() ? "DDMMYYYY" : field.format;
  const WithoutMonth named = take_month_out(typed);
  std::vector<std::string> digits;
  for (const char c : named.rest) {
    if (is_digit(c)) {
      digits.emplace_back(1, c);
    } else if (c != '.' && c != '/' && c != '-' && c != ' ') {
      return no_text(typed, std::string("has a '") + c + "', a date has digits");
    }
  }
  const std::size_t expected = digits_of_date(format, named.month > 0).size();
  const bool short_day = named.month > 0 && digits.size() + 1 == expected;
  if (digits.size() != expected && !short_day) {
    return no_text(typed,
                   "has " + std::to_string(digits.size()) + " digits, " + format + " has " + std::to_string(expected));
  }
  return {.text = named.month > 0 ? all_in_case(std::string(typed), true) : compose_text(field, digits)};
}

inline TypedText typed_tick(std::string_view typed) {
  const std::string answer = all_in_case(std::string(typed), false);
  for (const std::string_view yes : {"yes", "y", "x", "1"}) {
    if (answer == yes) return {.text = "yes"};
  }
  for (const std::string_view no : {"no", "n", "0"}) {
    if (answer == no) return {.text = "no"};
  }
  return no_text(typed, "is neither yes nor no");
}

/// Values with + or commas between, in any case; of single characters also one after another.
inline TypedText typed_choice(const Field& field, std::string_view typed) {
  const std::vector<Cell> cells = cells_of(field);
  std::vector<std::string> values;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    values.push_back(cells[k].value.empty() ? std::string(1, static_cast<char>('A' + k % 26)) : cells[k].value);
  }
  const auto find = [&](std::string_view part) -> std::optional<std::size_t> {
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (values[k] == part) return k;
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (all_in_case(values[k], true) == all_in_case(std::string(part), true)) return k;
    }
    return std::nullopt;
  };
  std::vector<std::string> parts(1);
  for (const char c : typed) {
    if (c == '+' || c == ',') {
      parts.emplace_back();
    } else if (c != ' ' || !parts.back().empty()) {
      parts.back() += c;
    }
  }
  if (parts.size() == 1 && !find(parts[0])) {
    const std::string together = parts[0];
    parts.clear();
    for (const char c : together) parts.emplace_back(1, c);
  }
  std::vector<bool> chosen(values.size(), false);
  for (const std::string& part : parts) {
    const auto k = find(without_space(part));
    if (!k) {
      std::string all;
      for (const std::string& value : values) all += (all.empty() ? "" : ", ") + value;
      return no_text(typed, "is none of " + all);
    }
    chosen[*k] = true;
  }
  std::string text;
  for (std::size_t k = 0; k < values.size(); ++k) {
    if (chosen[k]) text += (text.empty() ? "" : "+") + values[k];
  }
  return {.text = text};
}

inline std::string wrong_length(const Field& field, const std::string& text) {
  const std::size_t cells = cells_of(field).size();
  const std::size_t length = field.kind == FieldKind::decimal || field.kind == FieldKind::date
                                 ? static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit))
                                 : characters_in(text);
  if (cells == 0 || length <= cells) return "";
  return "has " + std::to_string(length) + " characters, the field has " + std::to_string(cells) + " cells";
}

/// The characters that the field may have, and its pattern.
inline std::string wrong_characters(const Field& field, const std::string& text) {
  if (!field.charset.empty() && field.kind != FieldKind::decimal && field.kind != FieldKind::date) {
    const CharSet set = CharSet::parse(field.charset);
    for (const char c : text) {
      if (c != ' ' && !set.contains(c)) return std::string("has a '") + c + "', the field has " + field.charset;
    }
  }
  if (!field.pattern.empty() && !fits(Pattern::parse(field.pattern).elements(), 0, text)) {
    return "does not fit the pattern " + field.pattern;
  }
  return "";
}

}  // namespace detail

INKLING_INLINE TypedText typed_text(const Field& field, std::string_view typed) {
  typed = detail::without_space(typed);
  if (typed.empty()) return {.text = {}, .status = FieldStatus::empty};
  constexpr std::size_t longest = 1000;  // bytes
  if (typed.size() > longest) return {.text = {}, .status = FieldStatus::doubtful, .problem = "it is too long"};
  if (std::any_of(typed.begin(), typed.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
    return detail::no_text("", "has a tab or a new line inside: it is more than one value");
  }
  const bool marked = field.kind != FieldKind::text && field.kind != FieldKind::choice && field.kind != FieldKind::tick;
  if (marked && without_marks(typed, field.empty_marks).empty()) {
    return {.text = {}, .status = FieldStatus::crossed};
  }
  TypedText result{.text = std::string(typed)};
  switch (field.kind) {
    case FieldKind::digits:
      result = detail::typed_digits(typed);
      break;
    case FieldKind::decimal:
      result = detail::typed_decimal(field, typed);
      break;
    case FieldKind::date:
      result = detail::typed_date(field, typed);
      break;
    case FieldKind::tick:
    case FieldKind::signature:
      return detail::typed_tick(typed);
    case FieldKind::choice:
      return detail::typed_choice(field, typed);
    case FieldKind::upper:
      result.text = detail::all_in_case(result.text, true);
      break;
    case FieldKind::lower:
      result.text = detail::all_in_case(result.text, false);
      break;
    default:
      break;
  }
  if (!result.problem.empty()) return result;
  for (const std::string& why :
       {detail::wrong_length(field, result.text), detail::wrong_characters(field, result.text)}) {
    if (!why.empty()) return detail::no_text(typed, why);
  }
  return result;
}

}  // namespace inkling::inline INKLING_ABI::form
