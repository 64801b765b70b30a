#pragma once

#include <inkling/form/rules/detail/rule_parser.hpp>
#include <inkling/form/rules/expression.hpp>

#include <algorithm>
#include <numeric>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE ParsedRule parse_rule(std::string_view text, const std::vector<std::string>& known) {
  return detail::RuleParser(text, known).parse();
}

INKLING_INLINE std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto distance = [&](const std::string& other) {  // V. I. Levenshtein, 1966
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= other.size(); ++j) {
        const std::size_t substituted = diagonal + (name[i - 1] == other[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({substituted, row[j] + 1, row[j - 1] + 1});
      }
    }
    return row.back();
  };
  std::string nearest;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& other : known) {
    const std::size_t far = distance(other);
    if (far < least && far < name.size()) {
      least = far;
      nearest = other;
    }
  }
  return nearest.empty() ? "" : "; did you mean '" + nearest + "'?";
}

}  // namespace inkling::inline INKLING_ABI::form
