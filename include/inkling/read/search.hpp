#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/pattern.hpp>

#include <cstddef>
#include <optional>
#include <string>
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
  double widest_gap = 0.2;     // heights of blank that a character whose parts stand apart has at most
  double wide_gap_price = 10;  // of each height beyond, too: two 1s side by side are no 4
  double cut_price = 0.95;     // of cutting a connected part
  double cut_ink_price = 1.5;  // of each stroke width of ink crossed by a cut
  double dirt_price = 3.9;     // of each unit of Lattice::weights taken for dirt
  double missing_mark = 1;     // of a mark that is not there
  double written_mark = 0.3;   // of one that is
  double missing_character = 15;
  double temperature = 0.85;  // that the scores of whole ways are divided by where they become probabilities

  void check() const;  // throws ValueError that names the first field out of range
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

/// Of taking the line apart at this place between pieces.
double cut_price(const Lattice& lattice, std::size_t place, const SearchOptions& options);

}  // namespace detail

namespace detail {

/// The classes of an element, and the log-probabilities of its best class in each arc.
struct ElementScores {
  std::vector<double> score;  // of each arc
  std::vector<Label> label;
};

ElementScores score_element(const Lattice& lattice, const Pattern::Element& element, const CharSet& characters,
                            const std::vector<std::string>& class_names, const SearchOptions& options);

/// What speaks against an arc's being one character, whichever; at most 0.
double plausibility(const Lattice& lattice, const Arc& arc, const SearchOptions& options);

/// Of taking a piece for dirt, with the cut before it.
double price_of_dirt(const Lattice& lattice, std::size_t piece, const SearchOptions& options);

}  // namespace detail

/// The most probable way through the lattice that the pattern allows (Viterbi 1967): each arc on it is one character or
/// mark, and every piece is in one arc or taken for dirt. Throws ValueError when an element has none of the classes, an
/// option is out of range, or the lattice holds a number that is not finite; ShapeError when its parts do not fit.
///
/// What is searched is a grid. A node is a place between pieces (across) and a number of elements that are done (down).
/// For a line of three pieces and the pattern ##, with arcs of one or two pieces:
///
///     place    0        1        2        3         pieces lie between the places
///     done 0   S------->o------->o------->o         -> a piece of dirt; no element
///              |\ `--.  |\ `--.  |\       |
///          1   o------->o------->o------->o         \  an arc (of one piece, or of two) that is the next element
///              |\ `--.  |\ `--.  |\       |
///          2   o------->o------->o------->G         |  an element that is not there: a mark, or at a high price a
///                                                      character
///
/// Where an element repeats (*#), an arc may also go straight to the right from a node that it has led to. Every edge
/// has a score in nats; the path is the way from S to G with the highest sum. Edges are made in an order in which all
/// that lead to a node come before those that leave it, so one pass finds the best way to each node, and a pass
/// backwards the best way from each to G. Both together give the score of the best way through any one arc.
ReadPath find_read_path(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
                        const std::vector<std::string>& class_names, const SearchOptions& options = {});

/// The probability that the line says what a path reads: of all ways through the same lattice, with all classes of each
/// arc, the share of those that spell it, wherever they cut, each way weighted by exp(score / temperature) (the forward
/// algorithm of a conditional random field; Sarawagi and Cohen 2004). path: what find_read_path found for the same
/// arguments. In [0, 1]; throws what find_read_path throws.
double text_probability(const Lattice& lattice, const Pattern& pattern, const CharSet& characters,
                        const std::vector<std::string>& class_names, const ReadPath& path,
                        const SearchOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/search.ipp>
#endif
