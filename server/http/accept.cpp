#include "http/accept.hpp"

#include <algorithm>
#include <cstddef>

#include "http/header_text.hpp"

namespace inkling::server {
namespace {

/// What stands before the next `separator`, and drops both from `text`.
std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

/// "0.25" in thousandths; 1000 for what is no weight.
int thousandths(std::string_view weight) {
  if (weight.empty() || (weight.front() != '0' && weight.front() != '1') || (weight.size() > 1 && weight[1] != '.')) {
    return 1000;
  }
  int value = weight.front() == '1' ? 1000 : 0;
  int place = 100;
  for (const char c : weight.substr(std::min<std::size_t>(2, weight.size()))) {
    if (c < '0' || c > '9' || place == 0) return 1000;
    value += (c - '0') * place;
    place /= 10;
  }
  return std::min(value, 1000);
}

/// How closely a range such as "text/*" names the type: 0 not at all, 3 exactly.
int closeness(std::string_view range, std::string_view type) {
  if (equal_ignoring_case(range, type)) return 3;
  if (range == "*/*") return 1;
  const std::string_view family = type.substr(0, type.find('/') + 1);
  return range.ends_with("/*") && equal_ignoring_case(range.substr(0, range.size() - 1), family) ? 2 : 0;
}

/// In thousandths, by the range that names the type most closely.
int weight_of(std::string_view accept, std::string_view type) {
  int weight = 0;
  int closest = 0;
  while (!accept.empty()) {
    std::string_view item = take_until(accept, ',');
    const int close = closeness(take_until(item, ';'), type);
    int given = 1000;
    while (!item.empty()) {
      const std::string_view parameter = take_until(item, ';');
      if (parameter.starts_with("q=") || parameter.starts_with("Q=")) given = thousandths(parameter.substr(2));
    }
    if (close <= closest) continue;
    closest = close;
    weight = given;
  }
  return weight;
}

}  // namespace

std::string_view preferred_type(std::string_view accept, std::span<const std::string_view> offered) {
  std::string_view best = offered.front();
  int most = 0;
  for (const std::string_view type : offered) {
    const int weight = weight_of(accept, type);
    if (weight <= most) continue;
    most = weight;
    best = type;
  }
  return best;
}

}  // namespace inkling::server
