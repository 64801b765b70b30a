#pragma once

#include <inkling/core/matrix.hpp>
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

inline double cut_price(const Lattice& lattice, std::size_t place, const SearchOptions& options) {
  const auto ink = static_cast<double>(lattice.cuts[place]);
  return ink > 0 ? options.cut_price + options.cut_ink_price * ink : 0.0;
}

/// Of taking a piece for dirt, with the cut before it.
inline double price_of_dirt(const Lattice& lattice, std::size_t piece, const SearchOptions& options) {
  return options.dirt_price * lattice.weights[piece] + cut_price(lattice, piece, options);
}

}  // namespace detail

INKLING_INLINE ReadPath search(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
                               const std::vector<std::string>& class_names, const SearchOptions& options) {
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
