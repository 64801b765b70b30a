#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/range.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/mark.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/search.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void SearchOptions::check() const {
  in_range("SearchOptions::strangeness", strangeness, {-1e6, 1e6});
  in_range("SearchOptions::evidence", evidence, {-1e6, 1e6});
  in_range("SearchOptions::usual_evidence", usual_evidence, {-1e6, 1e6});
  in_range("SearchOptions::widest", widest, {-1e6, 1e6});
  in_range("SearchOptions::width_price", width_price, {-1e6, 1e6});
  in_range("SearchOptions::lowest", lowest, {-1e6, 1e6});
  in_range("SearchOptions::low_price", low_price, {-1e6, 1e6});
  in_range("SearchOptions::most_ink", most_ink, {-1e6, 1e6});
  in_range("SearchOptions::ink_price", ink_price, {-1e6, 1e6});
  in_range("SearchOptions::gap_price", gap_price, {-1e6, 1e6});
  in_range("SearchOptions::cut_price", cut_price, {-1e6, 1e6});
  in_range("SearchOptions::cut_ink_price", cut_ink_price, {-1e6, 1e6});
  in_range("SearchOptions::dirt_price", dirt_price, {-1e6, 1e6});
  in_range("SearchOptions::missing_mark", missing_mark, {-1e6, 1e6});
  in_range("SearchOptions::written_mark", written_mark, {-1e6, 1e6});
  in_range("SearchOptions::missing_character", missing_character, {-1e6, 1e6});
}

namespace detail {

INKLING_INLINE ElementScores score_element(const Lattice& lattice, const Pattern::Element& element,
                                           const CharSet& characters, const std::vector<std::string>& class_names,
                                           const SearchOptions& options) {
  ElementScores scores;
  if (element.is_mark()) {
    for (const Arc& arc : lattice.arcs) scores.score.push_back(-options.written_mark - misfit(element.mark, arc.shape));
    scores.label.assign(lattice.arcs.size(), 0);
    return scores;
  }
  constexpr double least = 1e-6;
  const std::vector<Label> admitted = admitted_classes(element.characters & characters, class_names);
  for (Index i = 0; i < lattice.probabilities.cols(); ++i) {
    double sum = 0;
    Label best = admitted.front();
    for (const Label label : admitted) {
      sum += static_cast<double>(lattice.probabilities(label, i));
      if (lattice.probabilities(label, i) > lattice.probabilities(best, i)) best = label;
    }
    const auto top = static_cast<double>(lattice.probabilities(best, i));
    const double evidence =
        lattice.evidence ? static_cast<double>((*lattice.evidence)(i)) - options.usual_evidence : 0.0;
    scores.score.push_back(std::log(std::max(least, sum > 0 ? top / sum : 0.0)) +
                           options.strangeness * std::log(std::max(least, sum)) + options.evidence * evidence);
    scores.label.push_back(best);
  }
  return scores;
}

INKLING_INLINE double plausibility(const Lattice& lattice, const Arc& arc, const SearchOptions& options) {
  double ink = 0;
  for (std::size_t piece = arc.first; piece < arc.last; ++piece) ink += lattice.weights[piece];
  return -options.width_price * std::max(0.0, arc.shape.width - options.widest) -
         options.low_price * std::max(0.0, options.lowest - arc.shape.height) -
         options.ink_price * std::max(0.0, ink - options.most_ink) - options.gap_price * std::max(0.0, arc.gap);
}

INKLING_INLINE double cut_price(const Lattice& lattice, std::size_t place, const SearchOptions& options) {
  const auto ink = static_cast<double>(lattice.cuts[place]);
  return ink > 0 ? options.cut_price + options.cut_ink_price * ink : 0.0;
}

INKLING_INLINE double price_of_dirt(const Lattice& lattice, std::size_t piece, const SearchOptions& options) {
  return options.dirt_price * lattice.weights[piece] + cut_price(lattice, piece, options);
}

constexpr double unreachable = -std::numeric_limits<double>::infinity();
constexpr std::size_t no_number = std::numeric_limits<std::size_t>::max();

struct ReadEdge {
  std::size_t from;  // node
  std::size_t to;
  std::size_t arc;      // no_number: no ink, or dirt
  std::size_t element;  // no_number: dirt
  double score;
};

/// The grid that is searched, drawn at find_read_path.
class ReadGraph {
 public:
  ReadGraph(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
            const std::vector<std::string>& class_names, const SearchOptions& options)
      : lattice_(lattice), elements_(pattern.elements()), options_(options) {
    for (const Pattern::Element& element : elements_) {
      scores_.push_back(score_element(lattice, element, characters, class_names, options));
    }
    std::size_t arc = 0;  // they are ordered by their ends
    for (std::size_t place = 0; place <= lattice.pieces; ++place) {
      if (place > 0) add_dirt(place);
      for (; arc < lattice.arcs.size() && lattice.arcs[arc].last == place; ++arc) add_arc(arc);
      add_missing(place);
    }
  }

  std::size_t nodes() const noexcept { return node(lattice_.pieces, elements_.size()) + 1; }
  const std::vector<ReadEdge>& edges() const noexcept { return edges_; }
  Label label(const ReadEdge& edge) const { return scores_[edge.element].label[edge.arc]; }

 private:
  std::size_t node(std::size_t place, std::size_t done) const noexcept { return place * (elements_.size() + 1) + done; }

  /// The piece before a place is dirt.
  void add_dirt(std::size_t place) {
    const double score = -price_of_dirt(lattice_, place - 1, options_);
    for (std::size_t done = 0; done <= elements_.size(); ++done) {
      edges_.push_back({node(place - 1, done), node(place, done), no_number, no_number, score});
    }
  }

  /// An arc is the next element, or one more of an element that repeats.
  void add_arc(std::size_t number) {
    const Arc& arc = lattice_.arcs[number];
    const double plausible = plausibility(lattice_, arc, options_);
    const double cut = cut_price(lattice_, arc.first, options_);
    for (std::size_t e = 0; e < elements_.size(); ++e) {
      // A character must look like one; a mark has its own rules.
      const double score = scores_[e].score[number] + (elements_[e].is_mark() ? 0 : plausible) - cut;
      edges_.push_back({node(arc.first, e), node(arc.last, e + 1), number, e, score});
      if (elements_[e].repeats) edges_.push_back({node(arc.first, e + 1), node(arc.last, e + 1), number, e, score});
    }
  }

  /// Elements that are not there. A blank unreachable needs to be.
  void add_missing(std::size_t place) {
    for (std::size_t e = 0; e < elements_.size(); ++e) {
      const double price = !elements_[e].is_mark()    ? options_.missing_character
                           : elements_[e].mark == ' ' ? 0
                                                      : options_.missing_mark;
      edges_.push_back({node(place, e), node(place, e + 1), no_number, e, -price});
    }
  }

  const Lattice& lattice_;
  const std::vector<Pattern::Element>& elements_;
  const SearchOptions& options_;
  std::vector<ElementScores> scores_;  // of each element
  std::vector<ReadEdge> edges_;        // those that lead to a node come before those that leave it
};

/// Throws ShapeError unless the parts of the lattice fit together and its arcs are ordered by their ends, ValueError
/// for a number that is not finite: sums with it would lead nowhere.
inline void check_lattice(const Lattice& lattice, std::size_t classes) {
  const auto arcs = static_cast<Index>(lattice.arcs.size());
  bool fits = lattice.cuts.size() == lattice.pieces + 1 && lattice.weights.size() == lattice.pieces &&
              lattice.probabilities.cols() == arcs &&
              (arcs == 0 || lattice.probabilities.rows() == static_cast<Index>(classes)) &&
              (!lattice.evidence || lattice.evidence->size() == arcs);
  std::size_t end = 0;
  bool finite = true;
  for (const Arc& arc : lattice.arcs) {
    fits = fits && arc.first < arc.last && arc.last <= lattice.pieces && arc.last >= end;
    end = arc.last;
    for (const double number :
         {arc.gap, arc.shape.width, arc.shape.height, arc.shape.middle, arc.shape.slope, arc.shape.spread}) {
      finite = finite && std::isfinite(number);
    }
  }
  require<ShapeError>(fits, "find_read_path: the parts of the lattice do not fit together");
  for (const float cut : lattice.cuts) finite = finite && std::isfinite(cut);
  for (const double weight : lattice.weights) finite = finite && std::isfinite(weight);
  finite = finite && lattice.probabilities.allFinite() && (!lattice.evidence || lattice.evidence->allFinite());
  require<ValueError>(finite, "find_read_path: the lattice holds a number that is not finite");
}

/// The best way to every node, and from every node to the goal.
struct BestWays {
  std::vector<double> forward;
  std::vector<double> backward;
  std::vector<std::size_t> last_edge;  // of the best way to the node
};

inline BestWays find_best_ways(const ReadGraph& graph) {
  const std::vector<ReadEdge>& edges = graph.edges();
  BestWays best{std::vector<double>(graph.nodes(), unreachable), std::vector<double>(graph.nodes(), unreachable),
                std::vector<std::size_t>(graph.nodes(), no_number)};
  best.forward.front() = 0;
  best.backward.back() = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const double score = best.forward[edges[i].from] + edges[i].score;
    if (score > best.forward[edges[i].to]) {
      best.forward[edges[i].to] = score;
      best.last_edge[edges[i].to] = i;
    }
  }
  for (std::size_t i = edges.size(); i-- > 0;) {
    double& score = best.backward[edges[i].from];
    score = std::max(score, best.backward[edges[i].to] + edges[i].score);
  }
  return best;
}

/// Follows the best way from the goal back to the start.
inline std::vector<ReadStep> steps_of(const ReadGraph& graph, const BestWays& best, const Pattern& pattern) {
  std::vector<ReadStep> steps;
  for (std::size_t at = graph.nodes() - 1; at != 0;) {
    const ReadEdge& edge = graph.edges()[best.last_edge[at]];
    at = edge.from;
    if (edge.element == no_number) continue;
    ReadStep step{.element = edge.element};
    if (edge.arc != no_number) {
      step.arc = edge.arc;
      if (!pattern.elements()[edge.element].is_mark()) step.label = graph.label(edge);
    }
    steps.push_back(step);
  }
  std::reverse(steps.begin(), steps.end());
  return steps;
}

}  // namespace detail

INKLING_INLINE ReadPath find_read_path(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
                                       const std::vector<std::string>& class_names, const SearchOptions& options) {
  options.check();
  detail::check_lattice(lattice, class_names.size());
  const detail::ReadGraph graph(lattice, pattern, characters, class_names, options);
  const detail::BestWays best = detail::find_best_ways(graph);
  ReadPath path{.steps = detail::steps_of(graph, best, pattern),
                .score = best.forward.back(),
                .arc_scores = std::vector<double>(lattice.arcs.size(), detail::unreachable)};
  for (const detail::ReadEdge& edge : graph.edges()) {
    if (edge.arc == detail::no_number) continue;
    double& score = path.arc_scores[edge.arc];
    score = std::max(score, best.forward[edge.from] + edge.score + best.backward[edge.to]);
  }
  return path;
}

}  // namespace inkling::inline INKLING_ABI
