#pragma once

#include <inkling/form/rules/date.hpp>
#include <inkling/form/rules/detail/characters.hpp>
#include <inkling/form/rules/number.hpp>
#include <inkling/form/rules/value.hpp>

#include <algorithm>
#include <cstddef>

namespace inkling::inline INKLING_ABI::form {

/// Without empty marks and blanks at both ends.
INKLING_INLINE std::string_view without_marks(std::string_view text, const std::vector<std::string>& marks) {
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view mark : {std::string_view(" ")}) {
      while (text.starts_with(mark)) text.remove_prefix(1);
      while (text.ends_with(mark)) text.remove_suffix(1);
    }
    for (const std::string& mark : marks) {
      if (mark.empty()) continue;
      if (text.starts_with(mark)) {
        text.remove_prefix(mark.size());
        again = true;
      }
      if (text.ends_with(mark)) {
        text.remove_suffix(mark.size());
        again = true;
      }
    }
  }
  return text;
}

INKLING_INLINE Value missing_value(const std::string& reason, std::string_view text) {
  return {.missing = true, .reason = reason, .text = std::string(text)};
}

INKLING_INLINE Value field_value(const Field& field, std::string_view text) {
  Value value{.text = std::string(text)};
  switch (field.kind) {
    case FieldKind::tick:
      value.number = text.empty() || text == "no" ? 0 : 1;
      return value;
    case FieldKind::digits:
    case FieldKind::decimal: {
      if (detail::trimmed(text).empty()) return missing_value("'" + field.name + "' is empty");
      const std::string_view body = without_marks(text, field.empty_marks);
      if (body.empty()) return missing_value("'" + field.name + "' is crossed out", text);
      const ParsedNumber number = field.kind == FieldKind::digits ? parse_count(body) : parse_decimal(body);
      const bool only_digits = std::all_of(body.begin(), body.end(), detail::is_digit);
      if (!number.value && !only_digits) return missing_value("'" + field.name + "': " + number.problem, text);
      value.number = number.value;
      return value;
    }
    case FieldKind::date: {
      if (detail::trimmed(text).empty()) return missing_value("'" + field.name + "' is empty");
      const ParsedDate date = parse_date(text, field.format.empty() ? "DDMMYYYY" : field.format);
      if (date.days) value.number = static_cast<double>(*date.days);
      return value;
    }
    default:
      if (detail::trimmed(text).empty()) return missing_value("'" + field.name + "' is empty");
      value.is_text = true;
      value.number = parse_decimal(text).value;
      return value;
  }
}

INKLING_INLINE std::string compose_text(const Field& field, const std::vector<std::string>& labels) {
  const auto written = [](const std::string& label) { return !label.empty(); };
  const auto first = std::find_if(labels.begin(), labels.end(), written);
  if (first == labels.end()) return "";
  const auto last = std::find_if(labels.rbegin(), labels.rend(), written).base();
  if (field.kind == FieldKind::date && last - first == labels.end() - labels.begin() && !field.format.empty()) {
    std::string text;
    auto label = labels.begin();
    for (const char c : field.format) {
      if (c != 'D' && c != 'M' && c != 'Y') {
        text += c;
      } else if (label != labels.end()) {
        text += label->empty() ? " " : *label;
        ++label;
      }
    }
    for (; label != labels.end(); ++label) text += label->empty() ? " " : *label;
    return text;
  }
  std::string text;
  for (auto label = first; label != last; ++label) {
    const auto behind = labels.end() - label;
    const bool sign = field.kind == FieldKind::decimal && field.decimals > 0 && behind == field.decimals;
    if (sign) text += label == first ? "0." : ".";
    text += label->empty() ? " " : *label;
  }
  return text;
}

}  // namespace inkling::inline INKLING_ABI::form
