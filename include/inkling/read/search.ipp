#pragma once

#include <inkling/core/error.hpp>
#include <inkling/core/log_add.hpp>
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
#include <map>
#include <optional>
#include <string>
#include <utility>
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
  in_range("SearchOptions::widest_gap", widest_gap, {-1e6, 1e6});
  in_range("SearchOptions::wide_gap_price", wide_gap_price, {-1e6, 1e6});
  in_range("SearchOptions::cut_price", cut_price, {-1e6, 1e6});
  in_range("SearchOptions::cut_ink_price", cut_ink_price, {-1e6, 1e6});
  in_range("SearchOptions::dirt_price", dirt_price, {-1e6, 1e6});
  in_range("SearchOptions::missing_mark", missing_mark, {-1e6, 1e6});
  in_range("SearchOptions::written_mark", written_mark, {-1e6, 1e6});
  in_range("SearchOptions::missing_character", missing_character, {-1e6, 1e6});
  in_range("SearchOptions::temperature", temperature, {0.01, 1e6});
}

namespace detail {

constexpr double least_probability = 1e-6;  // of a class in an arc: the search may be surer than the classifier

INKLING_INLINE ElementScores score_element(const Lattice& lattice, const Pattern::Element& element,
                                           const CharSet& characters, const std::vector<std::string>& class_names,
                                           const SearchOptions& options) {
  ElementScores scores;
  if (element.is_mark()) {
    for (const Arc& arc : lattice.arcs) scores.score.push_back(-options.written_mark - misfit(element.mark, arc.shape));
    scores.label.assign(lattice.arcs.size(), 0);
    return scores;
  }
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
    scores.score.push_back(std::log(std::max(least_probability, sum > 0 ? top / sum : 0.0)) +
                           options.strangeness * std::log(std::max(least_probability, sum)) +
                           options.evidence * evidence);
    scores.label.push_back(best);
  }
  return scores;
}

INKLING_INLINE double plausibility(const Lattice& lattice, const Arc& arc, const SearchOptions& options) {
  double ink = 0;
  for (std::size_t piece = arc.first; piece < arc.last; ++piece) ink += lattice.weights[piece];
  return -options.width_price * std::max(0.0, arc.shape.width - options.widest) -
         options.low_price * std::max(0.0, options.lowest - arc.shape.height) -
         options.ink_price * std::max(0.0, ink - options.most_ink) - options.gap_price * std::max(0.0, arc.gap) -
         options.wide_gap_price * std::max(0.0, arc.gap - options.widest_gap);
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

namespace detail {

/// What a step shows in the text: a class, or a mark, which no class stands for.
inline Label symbol_of(const Pattern::Element& element, Label label) {
  return element.is_mark() ? -1 - static_cast<Label>(static_cast<unsigned char>(element.mark)) : label;
}

/// The log-probabilities of the classes of an element in an arc, given that it is one of them, over the temperature.
class ClassTerms {
 public:
  ClassTerms(const Lattice& lattice, std::vector<Label> admitted, double temperature)
      : lattice_(lattice), admitted_(std::move(admitted)), temperature_(temperature) {
    for (Index arc = 0; arc < lattice.probabilities.cols(); ++arc) {
      double sum = 0;
      for (const Label label : admitted_) sum += static_cast<double>(lattice.probabilities(label, arc));
      sums_.push_back(sum);
      double all = 0;
      for (const Label label : admitted_) all += std::exp(of(static_cast<std::size_t>(arc), label));
      all_.push_back(std::log(all));
    }
  }

  double of(std::size_t arc, Label label) const {
    if (!std::binary_search(admitted_.begin(), admitted_.end(), label)) return unreachable;
    const auto probability = static_cast<double>(lattice_.probabilities(label, static_cast<Index>(arc)));
    const double share = sums_[arc] > 0 ? probability / sums_[arc] : 0.0;
    return std::log(std::max(least_probability, share)) / temperature_;
  }

  /// The logarithm of the sum of exp(of()) over all classes.
  double all(std::size_t arc) const { return all_[arc]; }

 private:
  const Lattice& lattice_;
  std::vector<Label> admitted_;  // ascending
  double temperature_;
  std::vector<double> sums_;
  std::vector<double> all_;
};

/// The classes of each element that is no mark; elements of the same classes share them.
class PatternTerms {
 public:
  PatternTerms(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
               const std::vector<std::string>& class_names, double temperature) {
    for (const Pattern::Element& element : pattern.elements()) {
      of_element_.push_back(nullptr);
      if (element.is_mark()) continue;
      std::vector<Label> admitted = admitted_classes(element.characters & characters, class_names);
      of_element_.back() = &terms_.try_emplace(admitted, lattice, admitted, temperature).first->second;
    }
  }

  const ClassTerms& of(std::size_t element) const { return *of_element_[element]; }

 private:
  std::map<std::vector<Label>, ClassTerms> terms_;
  std::vector<const ClassTerms*> of_element_;
};

/// Logarithms of sums over the ways from the start to every node: over all ways, and over those that have spelled so
/// many symbols of a text and nothing else.
class SpellingSums {
 public:
  SpellingSums(const ReadGraph& graph, const Pattern& pattern, const PatternTerms& terms, std::vector<Label> text,
               double temperature)
      : graph_(graph),
        elements_(pattern.elements()),
        terms_(terms),
        text_(std::move(text)),
        temperature_(temperature),
        all_(graph.nodes(), unreachable),
        spelled_(graph.nodes() * (text_.size() + 1), unreachable) {
    all_.front() = spelled_.front() = 0;
    for (const ReadEdge& edge : graph.edges()) follow(edge);
  }

  /// Of the ways to the goal, how much of their weight spells the text.
  double share() const { return std::clamp(std::exp(spelled_.back() - all_.back()), 0.0, 1.0); }

 private:
  void follow(const ReadEdge& edge) {
    const double score = edge.score / temperature_;
    const bool is_mark = edge.element != no_number && elements_[edge.element].is_mark();
    if (is_mark) {
      const Label mark = symbol_of(elements_[edge.element], 0);
      advance(edge, score, [&](Label next) { return next == mark ? score : unreachable; });
    } else if (edge.element != no_number && edge.arc != no_number) {
      const ClassTerms& classes = terms_.of(edge.element);
      const double ink = score - classes.of(edge.arc, graph_.label(edge));  // whatever the class
      advance(edge, ink + classes.all(edge.arc), [&](Label next) { return ink + classes.of(edge.arc, next); });
    } else {  // dirt, or a character that is not there
      add(all_[edge.to], all_[edge.from] + score);
      for (std::size_t done = 0; done <= text_.size(); ++done)
        add(spelled(edge.to, done), spelled(edge.from, done) + score);
    }
  }

  /// An edge that shows a symbol; score_of: that of the edge with the text's next symbol.
  template <typename ScoreOf>
  void advance(const ReadEdge& edge, double all, const ScoreOf& score_of) {
    add(all_[edge.to], all_[edge.from] + all);
    for (std::size_t done = 0; done < text_.size(); ++done) {
      add(spelled(edge.to, done + 1), spelled(edge.from, done) + score_of(text_[done]));
    }
  }

  static void add(double& sum, double term) { sum = log_add(sum, term); }

  double& spelled(std::size_t node, std::size_t done) { return spelled_[node * (text_.size() + 1) + done]; }

  const ReadGraph& graph_;
  const std::vector<Pattern::Element>& elements_;
  const PatternTerms& terms_;
  std::vector<Label> text_;
  double temperature_;
  std::vector<double> all_;
  std::vector<double> spelled_;  // node x symbols done
};

}  // namespace detail

INKLING_INLINE double text_probability(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
                                       const std::vector<std::string>& class_names, const ReadPath& path,
                                       const SearchOptions& options) {
  options.check();
  detail::check_lattice(lattice, class_names.size());
  const detail::ReadGraph graph(lattice, pattern, characters, class_names, options);
  const detail::PatternTerms terms(lattice, pattern, characters, class_names, options.temperature);
  std::vector<Label> text;
  for (const ReadStep& step : path.steps) {
    const Pattern::Element& element = pattern.elements().at(step.element);
    if (element.is_mark() || step.arc) text.push_back(detail::symbol_of(element, step.label));
  }
  return detail::SpellingSums(graph, pattern, terms, std::move(text), options.temperature).share();
}

}  // namespace inkling::inline INKLING_ABI
