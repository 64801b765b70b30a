#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/mark.hpp>
#include <inkling/read/pattern.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Prices in nats, to be weighed against the log-probability of the best class, given that the ink is a character of
/// the set. bench/fit_search.cpp fits those that it names; thresholds, and the prices of blanks, marks and missing
/// characters, were chosen by hand.
struct SearchOptions {
  double strangeness = 0.6;    // weight of the log-probability that the ink is a character of the set at all
  double evidence = 0.7;       // weight of Lattice::evidence beyond usual_evidence
  double usual_evidence = 5;   // nats
  double widest = 1.0;         // heights of the line that a character may be wide for nothing
  double width_price = 6.5;    // of each height beyond
  double lowest = 0.8;         // share of the line's height that a character has at least
  double low_price = 3.7;      // of each height below
  double most_ink = 3;         // Lattice::weights that a character may have for nothing
  double ink_price = 2.2;      // of each unit beyond
  double gap_price = 2;        // of each height of blank inside a character
  double cut_price = 0.95;     // of cutting a connected part
  double cut_ink_price = 1.5;  // of each stroke width of ink crossed by a cut
  double dirt_price = 3.9;     // of each unit of Lattice::weights taken for dirt
  double missing_mark = 1;     // of a mark that is not there
  double written_mark = 0.3;   // of one that is
  double missing_character = 15;
};

/// One step of the way through a lattice: an element of the pattern and the ink it takes.
struct ReadStep {
  std::size_t element = 0;
  std::optional<std::size_t> arc = {};  // none for a mark that is not there
  Label label = 0;                      // of a character
};

struct ReadPath {
  std::vector<ReadStep> steps;
  double score = 0;                // nats
  std::vector<double> arc_scores;  // of the best way through each arc
};

namespace detail {

/// The classes of an element, and the log-probabilities of its best class in each arc.
struct ElementScores {
  std::vector<double> score;  // of each arc
  std::vector<Label> label;
};

inline ElementScores score_element(const Lattice& lattice, const Pattern::Element& element, const CharSet& characters,
                                   const std::vector<std::string>& class_names, const SearchOptions& options) {
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

/// What speaks against an arc's being one character, whichever; at most 0.
inline double plausibility(const Lattice& lattice, const Arc& arc, const SearchOptions& options) {
  double ink = 0;
  for (std::size_t piece = arc.first; piece < arc.last; ++piece) ink += lattice.weights[piece];
  return -options.width_price * std::max(0.0, arc.shape.width - options.widest) -
         options.low_price * std::max(0.0, options.lowest - arc.shape.height) -
         options.ink_price * std::max(0.0, ink - options.most_ink) - options.gap_price * std::max(0.0, arc.gap);
}

/// Of taking the line apart at this place between pieces.
inline double cut_price(const Lattice& lattice, std::size_t place, const SearchOptions& options) {
  const auto ink = static_cast<double>(lattice.cuts[place]);
  return ink > 0 ? options.cut_price + options.cut_ink_price * ink : 0.0;
}

/// Of taking a piece for dirt, with the cut before it.
inline double price_of_dirt(const Lattice& lattice, std::size_t piece, const SearchOptions& options) {
  return options.dirt_price * lattice.weights[piece] + cut_price(lattice, piece, options);
}

}  // namespace detail

/// The most probable way through the lattice that the pattern allows (Viterbi 1967): each arc on it is one character or
/// mark, and every piece is in one arc or taken for dirt. Throws ValueError when an element has none of the classes.
///
/// States are pairs of a place between pieces and a number of elements that are done.
inline ReadPath search(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
                       const std::vector<std::string>& class_names, const SearchOptions& options = {}) {
  const auto& elements = pattern.elements();
  const std::size_t states = elements.size() + 1;
  constexpr double never = -std::numeric_limits<double>::infinity();
  constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  std::vector<detail::ElementScores> scores;
  for (const Pattern::Element& element : elements) {
    scores.push_back(detail::score_element(lattice, element, characters, class_names, options));
  }
  std::vector<double> plausibility;
  for (const Arc& arc : lattice.arcs) plausibility.push_back(detail::plausibility(lattice, arc, options));

  struct Edge {
    std::size_t from;  // node
    std::size_t to;
    std::size_t arc;      // none: no ink, or dirt
    std::size_t element;  // none: dirt
    double score;
  };
  const auto node = [&](std::size_t place, std::size_t state) { return place * states + state; };
  std::vector<Edge> edges;  // those that lead to a node come before those that leave it
  const auto add = [&](std::size_t from, std::size_t to, std::size_t arc, std::size_t element, double score) {
    edges.push_back({from, to, arc, element, score});
  };
  std::size_t next = 0;  // of the arcs, which are ordered by their ends
  for (std::size_t place = 0; place <= lattice.pieces; ++place) {
    if (place > 0) {
      const double dirt = -detail::price_of_dirt(lattice, place - 1, options);
      for (std::size_t s = 0; s < states; ++s) add(node(place - 1, s), node(place, s), none, none, dirt);
    }
    for (; next < lattice.arcs.size() && lattice.arcs[next].last == place; ++next) {
      const Arc& arc = lattice.arcs[next];
      for (std::size_t e = 0; e < elements.size(); ++e) {
        // A character must look like one; a mark has its own rules.
        const double score = scores[e].score[next] + (elements[e].is_mark() ? 0 : plausibility[next]) -
                             detail::cut_price(lattice, arc.first, options);
        add(node(arc.first, e), node(place, e + 1), next, e, score);
        if (elements[e].repeats) add(node(arc.first, e + 1), node(place, e + 1), next, e, score);
      }
    }
    for (std::size_t e = 0; e < elements.size(); ++e) {
      const double price = !elements[e].is_mark()    ? options.missing_character
                           : elements[e].mark == ' ' ? 0
                                                     : options.missing_mark;
      add(node(place, e), node(place, e + 1), none, e, -price);
    }
  }

  const std::size_t nodes = (lattice.pieces + 1) * states;
  const std::size_t goal = nodes - 1;
  std::vector<double> forward(nodes, never);
  std::vector<double> backward(nodes, never);
  std::vector<std::size_t> best(nodes, none);  // edge
  forward[0] = 0;
  backward[goal] = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const double score = forward[edges[i].from] + edges[i].score;
    if (score > forward[edges[i].to]) {
      forward[edges[i].to] = score;
      best[edges[i].to] = i;
    }
  }
  for (std::size_t i = edges.size(); i-- > 0;) {
    backward[edges[i].from] = std::max(backward[edges[i].from], backward[edges[i].to] + edges[i].score);
  }

  ReadPath path{.steps = {}, .score = forward[goal], .arc_scores = std::vector<double>(lattice.arcs.size(), never)};
  for (const Edge& edge : edges) {
    if (edge.arc == none) continue;
    double& score = path.arc_scores[edge.arc];
    score = std::max(score, forward[edge.from] + edge.score + backward[edge.to]);
  }
  for (std::size_t at = goal; at != 0;) {
    const Edge& edge = edges[best[at]];
    if (edge.element != none) {
      const bool inked = edge.arc != none;
      const bool character = inked && !elements[edge.element].is_mark();
      path.steps.push_back({.element = edge.element,
                            .arc = inked ? std::optional(edge.arc) : std::nullopt,
                            .label = character ? scores[edge.element].label[edge.arc] : Label{0}});
    }
    at = edge.from;
  }
  std::reverse(path.steps.begin(), path.steps.end());
  return path;
}

}  // namespace inkling::inline INKLING_ABI
