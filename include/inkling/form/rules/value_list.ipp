#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/range.hpp>
#include <inkling/form/rules/value_list.hpp>
#include <inkling/model/class_meaning.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void ListMatchOptions::check() const {
  in_range("ListMatchOptions::written", written, {.low = 0, .high = 1, .above_low = true, .below_high = true});
  in_range("ListMatchOptions::gap", gap, {0, 1e6});
  in_range("ListMatchOptions::edit", edit, {0, 1e6});
  in_range("ListMatchOptions::most", most, {1, no_limit});
}

namespace detail {

/// A text in characters (UTF-8), in capitals where `fold` says so (ASCII alone).
inline std::vector<std::string> characters_of(std::string_view text, bool fold) {
  std::vector<std::string> characters;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (continues && !characters.empty()) {
      characters.back() += c;
    } else {
      characters.emplace_back(1, fold ? as_capital(c) : c);
    }
  }
  return characters;
}

/// The costs of one cell in nats: of each label, of being no character at all, and of every other label.
struct CellCosts {
  std::map<std::string, double> of = {};
  double nothing = 0;
  double other = 0;

  double operator()(const std::string& label) const {
    const auto found = of.find(label);
    return found == of.end() ? other : found->second;
  }
};

inline CellCosts cell_costs(const CellReading& cell, bool fold, double gap) {
  CellCosts costs{.nothing = gap, .other = -std::log(1e-4)};
  if (cell.status == CellStatus::unread) {  // any character, none more than others
    costs.other = std::log(30.0);
    return costs;
  }
  if (cell.candidates.empty() || cell.status == CellStatus::crossed) {
    costs.nothing = 0;
    costs.of[" "] = 0;
    return costs;
  }
  double sum = 0;
  for (const Candidate& candidate : cell.candidates) {
    sum += candidate.probability;
    const double cost = -std::log(std::max(candidate.probability, 1e-6));
    if (candidate.label.empty()) {
      costs.nothing = std::min(gap, cost);
      costs.of[" "] = cost;
      continue;
    }
    const std::string label = characters_of(candidate.label, fold).front();
    const auto [at, is_new] = costs.of.try_emplace(label, cost);
    if (!is_new) at->second = -std::log(std::exp(-at->second) + std::exp(-cost));
  }
  // What the candidates leave is shared by all labels that are none of them.
  costs.other = -std::log(std::clamp((1 - sum) / 20, 1e-6, 1e-2));
  return costs;
}

/// The least cost of reading the value from the cells.
inline double alignment_cost(const std::vector<CellCosts>& cells, const std::vector<std::string>& value, double gap,
                             std::vector<double>& row) {
  const std::size_t length = std::min(value.size(), cells.size());  // a longer value is cut at the last cell
  row.assign(length + 1, 0);
  for (std::size_t j = 1; j <= length; ++j) row[j] = row[j - 1] + gap;
  for (const CellCosts& cell : cells) {
    double diagonal = row[0];
    row[0] += cell.nothing;
    for (std::size_t j = 1; j <= length; ++j) {
      const double cost = std::min({diagonal + cell(value[j - 1]), row[j] + cell.nothing, row[j - 1] + gap});
      diagonal = row[j];
      row[j] = cost;
    }
  }
  return row[length];
}

inline std::size_t edit_distance(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t cost = std::min({diagonal + (a[i - 1] == b[j - 1] ? 0 : 1), row[j] + 1, row[j - 1] + 1});
      diagonal = row[j];
      row[j] = cost;
    }
  }
  return row.back();
}

inline double alphabet_size(const Field& field) {
  switch (field.kind) {
    case FieldKind::digits:
    case FieldKind::date:
    case FieldKind::decimal:
      return 10;
    case FieldKind::upper:
    case FieldKind::lower:
      return 26;
    case FieldKind::mixed:
      return 36;
    default:
      return 30;
  }
}

}  // namespace detail

INKLING_INLINE ListMatch match_list(const Field& field, const FieldReading& reading, const ListMatchOptions& options) {
  options.check();
  require<ValueError>(field.list.has_value(), "match_list: expected a field with a list of values");
  const std::vector<std::string>& values = field.list->values;
  const bool fold = field.kind != FieldKind::lower && field.kind != FieldKind::letters;
  std::vector<double> costs;
  double plain = 0;            // of the text that was read
  std::size_t characters = 0;  // of it
  if (reading.cells.empty() || !reading.alternatives.empty()) {
    std::vector<Candidate> texts = reading.alternatives;
    if (texts.empty()) texts.push_back({reading.text, reading.confidence});
    std::vector<std::vector<std::string>> split;
    for (const Candidate& text : texts) split.push_back(detail::characters_of(text.label, fold));
    for (const std::string& value : values) {
      const std::vector<std::string> letters = detail::characters_of(value, fold);
      double least = HUGE_VAL;
      for (std::size_t i = 0; i < texts.size(); ++i) {
        const double edits = static_cast<double>(detail::edit_distance(split[i], letters));
        least = std::min(least, options.edit * edits - std::log(std::max(texts[i].probability, 1e-6)));
      }
      costs.push_back(least);
    }
    plain = -std::log(std::max(texts.front().probability, 1e-6));
    characters = split.front().size();
  } else {
    std::vector<detail::CellCosts> cells;
    for (const CellReading& cell : reading.cells) {
      cells.push_back(detail::cell_costs(cell, fold, options.gap));
      const detail::CellCosts& cost = cells.back();
      double least = std::min(cost.nothing, cost.other);
      for (const auto& [label, of_label] : cost.of) least = std::min(least, of_label);
      plain += least;
      if (cell.status != CellStatus::empty && cell.status != CellStatus::crossed) ++characters;
    }
    std::vector<double> row;
    for (const std::string& value : values) {
      costs.push_back(detail::alignment_cost(cells, detail::characters_of(value, fold), options.gap, row));
    }
  }

  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t kept = std::min(options.most, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](std::size_t a, std::size_t b) { return costs[a] != costs[b] ? costs[a] < costs[b] : a < b; });
  // log of prior x likelihood; any text of this length is one of alphabet^characters
  const double in_list = std::log(options.written) - std::log(static_cast<double>(values.size()));
  const double outside =
      std::log1p(-options.written) - static_cast<double>(characters) * std::log(detail::alphabet_size(field)) - plain;
  const double most = std::max(outside, in_list - costs[order.front()]);
  double sum = std::exp(outside - most);
  for (const double cost : costs) sum += std::exp(in_list - cost - most);
  ListMatch match{.candidates = {}, .outside = std::exp(outside - most) / sum};
  for (std::size_t i = 0; i < kept; ++i) {
    match.candidates.push_back({values[order[i]], in_list - costs[order[i]] - most - std::log(sum)});
  }
  return match;
}

}  // namespace inkling::inline INKLING_ABI::form
