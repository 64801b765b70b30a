#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/log_add.hpp>
#include <inkling/core/range.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/ctc_states.hpp>
#include <inkling/read/date.hpp>
#include <inkling/read/sequence_search.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void SequenceSearchOptions::check() const {
  in_range("SequenceSearchOptions::beam", static_cast<double>(beam), {1, 10'000});
  in_range("SequenceSearchOptions::unlikely", unlikely, {0, 1e6});
  in_range("SequenceSearchOptions::missing_mark", missing_mark, {0, 1e6});
  in_range("SequenceSearchOptions::missing_character", missing_character, {0, 1e6});
  in_range("SequenceSearchOptions::date", date, {0, 1e6});
  in_range("SequenceSearchOptions::temperature", temperature, {0.01, 1e6});
}

namespace detail {

constexpr double impossible = -std::numeric_limits<double>::infinity();

/// The elements of a pattern in terms of a line model's classes.
class ElementClasses {
 public:
  ElementClasses(const Pattern& pattern, const CharSet& characters, const std::vector<std::string>& class_names)
      : pattern_(pattern) {
    for (const Pattern::Element& element : pattern.elements()) {
      std::vector<bool> admitted(class_names.size());
      if (element.is_mark()) {
        for (std::size_t c = 0; c < class_names.size(); ++c)
          admitted[c] = class_names[c] == std::string(1, element.mark);
      } else {
        for (const Label c : admitted_classes(element.characters & characters, class_names)) {
          admitted[static_cast<std::size_t>(c)] = true;
        }
      }
      admits_.push_back(std::move(admitted));
    }
  }

  std::size_t size() const noexcept { return admits_.size(); }
  const Pattern::Element& operator[](std::size_t element) const { return pattern_.elements()[element]; }
  bool admits(std::size_t element, std::size_t label) const { return admits_[element][label]; }
  bool admitted_anywhere(std::size_t label) const {
    return std::any_of(admits_.begin(), admits_.end(), [&](const auto& admitted) { return admitted[label]; });
  }

  /// Of an element that has nothing in the line.
  double price_of_none(std::size_t element, const SequenceSearchOptions& options) const {
    if (!(*this)[element].is_mark()) return options.missing_character;
    return (*this)[element].mark == ' ' ? 0 : options.missing_mark;
  }

 private:
  const Pattern& pattern_;
  std::vector<std::vector<bool>> admits_;  // [element][class]
};

/// A character that stands for itself rather than for a letter or a digit.
inline bool is_sign(const std::string& class_name) {
  const auto alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  return class_name.size() == 1 && !alphanumeric(class_name.front());
}

/// What was written of a text so far: for each character the element that it is of, and its class.
using Prefix = std::vector<std::pair<std::size_t, Label>>;

/// The ways to spell a prefix, by whether the last step says its last character or the blank.
struct PrefixWays {
  double blank = impossible;
  double character = impossible;

  double all() const noexcept { return log_add(blank, character); }
};

class PrefixBeam {
 public:
  PrefixBeam(const ElementClasses& elements, const SequenceSearchOptions& options)
      : elements_(elements), options_(options), ways_{{Prefix{}, {.blank = 0, .character = impossible}}} {}

  /// step: the log-probability of each class, and in the last place of the blank.
  void follow(std::span<const float> step) {
    const std::size_t blank = step.size() - 1;
    const auto of = [&](std::size_t c) { return static_cast<double>(step[c]); };
    std::vector<Label> likely;
    const double least = static_cast<double>(*std::max_element(step.begin(), step.end())) - options_.unlikely;
    for (std::size_t c = 0; c < blank; ++c) {
      if (of(c) >= least && of(c) > impossible) likely.push_back(static_cast<Label>(c));
    }
    std::map<Prefix, PrefixWays> next;
    for (const auto& [prefix, ways] : ways_) {
      PrefixWays& same = next[prefix];
      same.blank = log_add(same.blank, ways.all() + of(blank));
      if (!prefix.empty())
        same.character = log_add(same.character, ways.character + of(static_cast<std::size_t>(prefix.back().second)));
      for (const Label label : likely) {
        const bool repeated = !prefix.empty() && prefix.back().second == label;
        extend(prefix, label, (repeated ? ways.blank : ways.all()) + of(static_cast<std::size_t>(label)), next);
      }
    }
    ways_ = best_of(std::move(next));
  }

  const std::vector<std::pair<Prefix, PrefixWays>>& ways() const noexcept { return ways_; }

 private:
  /// With the character in every element that may come next.
  void extend(const Prefix& prefix, Label label, double score, std::map<Prefix, PrefixWays>& next) const {
    if (score == impossible) return;
    const auto add = [&](std::size_t element, double price) {
      if (!elements_.admits(element, static_cast<std::size_t>(label))) return;
      Prefix longer = prefix;
      longer.emplace_back(element, label);
      double& ways = next[std::move(longer)].character;
      ways = log_add(ways, score - price);
    };
    std::size_t element = 0;
    if (!prefix.empty()) {
      const std::size_t last = prefix.back().first;
      if (elements_[last].repeats) add(last, 0);
      element = last + 1;
    }
    const double most = 2 * std::max(options_.missing_character, options_.missing_mark);
    for (double price = 0; element < elements_.size() && price <= most; ++element) {
      add(element, price);
      price += elements_.price_of_none(element, options_);
    }
  }

  std::vector<std::pair<Prefix, PrefixWays>> best_of(std::map<Prefix, PrefixWays> ways) const {
    std::vector<std::pair<Prefix, PrefixWays>> all(std::make_move_iterator(ways.begin()),
                                                   std::make_move_iterator(ways.end()));
    if (all.size() <= options_.beam) return all;
    std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(options_.beam), all.end(),
                     [](const auto& a, const auto& b) { return a.second.all() > b.second.all(); });
    all.resize(options_.beam);
    return all;
  }

  const ElementClasses& elements_;
  const SequenceSearchOptions& options_;
  std::vector<std::pair<Prefix, PrefixWays>> ways_;
};

/// A whole text of a prefix: what follows it, and what lies between its characters, is not there.
inline SequenceText text_of(const Prefix& prefix, double score, const ElementClasses& elements,
                            const std::vector<std::string>& class_names, const SequenceSearchOptions& options) {
  SequenceText result;
  result.score = score;
  std::size_t element = 0;
  const auto leave_out_until = [&](std::size_t end) {
    for (; element < end; ++element) {
      if (!elements[element].is_mark()) continue;
      result.text += elements[element].mark;
      result.steps.push_back({.element = element, .label = {}});
    }
  };
  for (const auto& [of, label] : prefix) {
    leave_out_until(of);
    result.text += class_names[static_cast<std::size_t>(label)];
    result.steps.push_back({.element = of, .label = label});
    element = of + 1;
  }
  for (std::size_t rest = element; rest < elements.size(); ++rest) {
    result.score -= elements.price_of_none(rest, options);
  }
  leave_out_until(elements.size());
  return result;
}

inline void check_steps(const char* who, const Matrix& log_probabilities, const std::vector<Label>& labels) {
  if (log_probabilities.cols() < 1) throw ShapeError(std::string(who) + ": expected steps, got none");
  for (const Label label : labels) {
    if (label >= 0 && label < log_probabilities.rows() - 1) continue;
    throw ValueError(std::string(who) + ": label " + std::to_string(label) + " is not in 0.." +
                     std::to_string(log_probabilities.rows() - 2));
  }
}

}  // namespace detail

INKLING_INLINE bool knows_characters(const LineModel& model, const Pattern& pattern, const CharSet& characters) {
  const std::vector<std::string>& names = model.class_names();
  const auto knows = [&](char c) { return std::find(names.begin(), names.end(), std::string(1, c)) != names.end(); };
  const std::vector<Pattern::Element>& elements = pattern.elements();
  return std::all_of(elements.begin(), elements.end(),
                     [&](const Pattern::Element& element) {
                       if (element.is_mark()) return true;
                       const CharSet allowed = element.characters & characters;
                       bool some = false;
                       for (char c = '!'; c <= '~'; ++c) {
                         if (!allowed.contains(c)) continue;
                         if (!knows(c)) return false;
                         some = true;
                       }
                       return some;
                     }) &&
         std::any_of(elements.begin(), elements.end(),
                     [](const Pattern::Element& element) { return !element.is_mark(); });
}

INKLING_INLINE Matrix allowed_steps(const Matrix& log_probabilities, const Pattern& pattern, const CharSet& characters,
                                    const std::vector<std::string>& class_names) {
  if (log_probabilities.rows() != static_cast<Index>(class_names.size()) + 1 || log_probabilities.cols() < 1) {
    throw ShapeError("allowed_steps: expected steps of " + std::to_string(class_names.size()) +
                     " classes and the blank, got " + std::to_string(log_probabilities.rows()) + " x " +
                     std::to_string(log_probabilities.cols()));
  }
  const detail::ElementClasses elements(pattern, characters, class_names);
  Matrix allowed = log_probabilities;
  const Index blank = allowed.rows() - 1;
  for (Index c = 0; c < blank; ++c) {
    if (elements.admitted_anywhere(static_cast<std::size_t>(c))) continue;
    const bool read_past = detail::is_sign(class_names[static_cast<std::size_t>(c)]);
    for (Index t = 0; t < allowed.cols(); ++t) {
      if (read_past) {
        const auto either = detail::log_add(static_cast<double>(allowed(blank, t)), static_cast<double>(allowed(c, t)));
        allowed(blank, t) = static_cast<float>(either);
      }
      allowed(c, t) = static_cast<float>(detail::impossible);
    }
  }
  return allowed;
}

INKLING_INLINE std::vector<SequenceText> find_texts(const Matrix& log_probabilities, const Pattern& pattern,
                                                    const CharSet& characters,
                                                    const std::vector<std::string>& class_names, std::size_t count,
                                                    const SequenceSearchOptions& options) {
  options.check();
  const Matrix steps = allowed_steps(log_probabilities, pattern, characters, class_names);
  const detail::ElementClasses elements(pattern, characters, class_names);
  detail::PrefixBeam beam(elements, options);
  for (Index t = 0; t < steps.cols(); ++t) {
    beam.follow({steps.data() + t * steps.rows(), static_cast<std::size_t>(steps.rows())});
  }

  std::vector<SequenceText> texts;
  std::unordered_map<std::string, std::size_t> place;
  for (const auto& [prefix, ways] : beam.ways()) {
    SequenceText text = detail::text_of(prefix, ways.all(), elements, class_names, options);
    const auto [known, is_new] = place.try_emplace(text.text, texts.size());
    if (is_new) {
      texts.push_back(std::move(text));
      continue;
    }
    SequenceText& other = texts[known->second];  // the same text, with a mark written or not
    const double both = detail::log_add(other.score, text.score);
    if (text.score > other.score) other = std::move(text);
    other.score = both;
  }
  for (SequenceText& text : texts) {
    if (is_date(text.text)) text.score += options.date;
  }
  std::stable_sort(texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  double total = detail::impossible;
  for (const SequenceText& text : texts) total = detail::log_add(total, text.score / options.temperature);
  for (SequenceText& text : texts) {
    text.probability = std::isfinite(total) ? std::exp(text.score / options.temperature - total) : 0;
  }
  texts.resize(std::min(texts.size(), std::max<std::size_t>(1, count)));
  return texts;
}

INKLING_INLINE double text_log_probability(const Matrix& log_probabilities, const std::vector<Label>& labels) {
  detail::check_steps("text_log_probability", log_probabilities, labels);
  const detail::CtcStates states(labels, log_probabilities.rows() - 1);
  return detail::ctc_total(detail::ctc_forward(states, log_probabilities, detail::log_add));
}

INKLING_INLINE std::vector<StepRange> align(const Matrix& log_probabilities, const std::vector<Label>& labels) {
  detail::check_steps("align", log_probabilities, labels);
  const detail::CtcStates states(labels, log_probabilities.rows() - 1);
  const MatrixOf<double> way =
      detail::ctc_forward(states, log_probabilities, [](double a, double b) { return std::max(a, b); });
  std::vector<StepRange> ranges(labels.size());
  Index state = way.rows() - 1;
  const Index last = way.cols() - 1;
  if (state > 0 && way(state - 1, last) > way(state, last)) --state;
  if (!std::isfinite(way(state, last))) {
    throw ValueError("align: " + std::to_string(labels.size()) + " labels do not fit into " +
                     std::to_string(way.cols()) + " steps");
  }
  for (Index t = last; t >= 0; --t) {
    if (state % 2 == 1) {
      StepRange& range = ranges[static_cast<std::size_t>(state / 2)];
      if (range.end == 0) range.end = t + 1;
      range.begin = t;
    }
    if (t == 0) break;
    Index from = state;
    if (state >= 1 && way(state - 1, t - 1) > way(from, t - 1)) from = state - 1;
    if (states.leaps(state) && way(state - 2, t - 1) > way(from, t - 1)) from = state - 2;
    state = from;
  }
  return ranges;
}

}  // namespace inkling::inline INKLING_ABI
