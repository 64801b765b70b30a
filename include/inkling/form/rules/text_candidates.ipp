#pragma once

#include <inkling/core/range.hpp>
#include <inkling/form/rules/text_candidates.hpp>
#include <inkling/form/rules/value.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <queue>
#include <utility>

namespace inkling::inline INKLING_ABI::form {

INKLING_INLINE void TextCandidateOptions::check() const {
  in_range("TextCandidateOptions::most", most, {1, 1e6});
  in_range("TextCandidateOptions::depth", depth, {0, 1e6});
}

namespace detail {

inline constexpr double impossible = 1e-12;  // a probability that stands for 0

inline double log_of(double probability) {
  return std::log(std::clamp(probability, impossible, 1.0));
}

/// The candidates of one cell as labels with log-probabilities, the best first.
inline std::vector<TextCandidate> cell_labels(const CellReading& cell) {
  if (cell.status == CellStatus::empty && cell.candidates.empty()) return {{"", 0}};
  if (cell.status == CellStatus::crossed) return {{"", 0}};
  std::vector<TextCandidate> labels;
  for (const Candidate& candidate : cell.candidates) {
    labels.push_back({candidate.label, log_of(candidate.probability)});
  }
  std::stable_sort(labels.begin(), labels.end(), [](const TextCandidate& a, const TextCandidate& b) {
    return a.log_probability > b.log_probability;
  });
  return labels;
}

/// The best ways to choose one of each list, best first: a heap of index vectors, each of which hands on its
/// neighbours.
class BestChoices {
 public:
  explicit BestChoices(const std::vector<std::vector<TextCandidate>>& lists) : lists_(lists) {
    Choice best{.score = 0, .index = std::vector<std::size_t>(lists.size(), 0)};
    for (const auto& list : lists) best.score += list.front().log_probability;
    heap_.push(std::move(best));
  }

  bool empty() const { return heap_.empty(); }
  double score() const { return heap_.top().score; }

  /// Takes the best one out.
  std::vector<std::size_t> next() {
    const Choice choice = heap_.top();
    heap_.pop();
    // A neighbour raises one index; only indices at or behind the last raised one, so that each choice comes up once.
    for (std::size_t i = choice.last; i < lists_.size(); ++i) {
      if (choice.index[i] + 1 == lists_[i].size()) continue;
      Choice neighbour = choice;
      neighbour.last = i;
      neighbour.score += lists_[i][choice.index[i] + 1].log_probability - lists_[i][choice.index[i]].log_probability;
      ++neighbour.index[i];
      heap_.push(std::move(neighbour));
    }
    return choice.index;
  }

 private:
  struct Choice {
    double score = 0;
    std::vector<std::size_t> index;
    std::size_t last = 0;

    bool operator<(const Choice& other) const {
      return score != other.score ? score < other.score : index > other.index;
    }
  };

  const std::vector<std::vector<TextCandidate>>& lists_;
  std::priority_queue<Choice> heap_;
};

}  // namespace detail

INKLING_INLINE std::vector<TextCandidate> text_candidates(const Field& field, const FieldReading& reading,
                                                          const TextCandidateOptions& options) {
  options.check();
  std::vector<TextCandidate> candidates;
  if (!reading.alternatives.empty() || reading.cells.empty()) {
    for (const Candidate& alternative : reading.alternatives) {
      candidates.push_back({alternative.label, detail::log_of(alternative.probability)});
    }
    if (candidates.empty()) candidates.push_back({reading.text, detail::log_of(reading.confidence)});
  } else {
    std::vector<std::vector<TextCandidate>> cells;
    for (const CellReading& cell : reading.cells) {
      cells.push_back(detail::cell_labels(cell));
      if (cells.back().empty()) return {};  // ink that was not read
    }
    std::map<std::string, std::size_t> place;  // of each text
    detail::BestChoices choices(cells);
    const double best = choices.score();
    // Several choices may give one text, so more are looked at than texts are asked for.
    for (std::size_t looked = 0; !choices.empty() && looked < 2 * options.most; ++looked) {
      const double score = choices.score();
      if (score < best - options.depth || candidates.size() == options.most) break;
      const std::vector<std::size_t> choice = choices.next();
      std::vector<std::string> labels;
      for (std::size_t i = 0; i < cells.size(); ++i) labels.push_back(cells[i][choice[i]].text);
      const std::string text = compose_text(field, labels);
      const auto [at, is_new] = place.try_emplace(text, candidates.size());
      if (is_new) {
        candidates.push_back({text, score});
      } else {
        double& sum = candidates[at->second].log_probability;
        sum = std::max(sum, score) + std::log1p(std::exp(-std::abs(sum - score)));
      }
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(), [](const TextCandidate& a, const TextCandidate& b) {
    return a.log_probability > b.log_probability;
  });
  return candidates;
}

}  // namespace inkling::inline INKLING_ABI::form
