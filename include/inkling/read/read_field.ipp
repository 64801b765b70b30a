#pragma once

#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>
#include <inkling/read/search.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void ReadOptions::check() const {
  in_range("ReadOptions::lattice_depth", lattice_depth, {});
  in_range("ReadOptions::largest_misfit", largest_misfit, {});
  segment.check();
  search.check();
  in_range("ReadOptions::threads", threads, {0, most_threads});
}

namespace detail {

/// The candidates of an arc of the lattice.
inline std::vector<Candidate> candidates_of(const Lattice& lattice, std::size_t arc, const CharSet& characters,
                                            const std::vector<std::string>& class_names, std::size_t count) {
  return best_candidates(lattice.probabilities.col(static_cast<Index>(arc)), class_names,
                         {.charset = characters, .candidates = std::max<std::size_t>(1, count)});
}

/// Any number of the characters that the pattern has a choice of: what the line could show if the pattern did not say
/// how many. Where all are fixed, any of the charset.
inline Pattern without_its_form(const Pattern& pattern, const std::vector<std::string>& class_names) {
  CharSet characters;  // all
  bool first = true;
  for (const Pattern::Element& element : pattern.elements()) {
    if (element.is_mark() || admitted_classes(element.characters, class_names).size() < 2) continue;
    characters = first ? element.characters : characters | element.characters;
    first = false;
  }
  return Pattern::any_of(characters);
}

/// Nats by which the reading is worse than one that need not keep to the pattern. Marks that are not written cost
/// nothing here; a character that is missing always makes it unfit.
inline double misfit_of(const ReadPath& path, const Lattice& lattice, const std::vector<std::string>& class_names,
                        const ReadOptions& options) {
  double price = 0;
  for (const ReadStep& step : path.steps) {
    const Pattern::Element& element = options.pattern.elements()[step.element];
    if (element.is_mark() && element.mark != ' ' && !step.arc) price += options.search.missing_mark;
  }
  const Pattern free = without_its_form(options.pattern, class_names);
  const ReadPath any = find_read_path(lattice, free, options.charset, class_names, options.search);
  return std::max(0.0, any.score - path.score - price);
}

}  // namespace detail

INKLING_INLINE void check_readable(const Classifier& model, const ReadOptions& options) {
  options.check();
  detail::readable_side(model);
  admitted_classes(options.charset, model.class_names());
  for (const Pattern::Element& element : options.pattern.elements()) {
    if (!element.is_mark()) admitted_classes(element.characters & options.charset, model.class_names());
  }
}

INKLING_INLINE FieldReading read_field(const GreyImage& picture, const Classifier& model, const ReadOptions& options) {
  check_readable(model, options);
  const Segmentation line = segment(picture, options.segment);
  const Lattice lattice = build_lattice(line, model, {.prior = options.prior, .threads = options.threads});
  const std::vector<std::string>& names = model.class_names();
  const ReadPath path = find_read_path(lattice, options.pattern, options.charset, names, options.search);

  FieldReading reading;
  reading.confidence = text_probability(lattice, options.pattern, options.charset, names, path, options.search);
  reading.misfit = detail::misfit_of(path, lattice, names, options);
  reading.fits = reading.misfit <= options.largest_misfit;
  for (const ReadStep& step : path.steps) {
    const Pattern::Element& element = options.pattern.elements()[step.element];
    if (element.is_mark()) {
      reading.text += element.mark;
      if (!step.arc) continue;
      const std::string mark(1, element.mark);
      reading.characters.push_back({mark, 1, lattice.arcs[*step.arc].box, {{mark, 1}}});
    } else if (step.arc) {
      std::vector<Candidate> candidates =
          detail::candidates_of(lattice, *step.arc, element.characters & options.charset, names, options.candidates);
      reading.text += candidates.front().label;
      const Candidate best = candidates.front();
      reading.characters.push_back({best.label, best.probability, lattice.arcs[*step.arc].box, std::move(candidates)});
    }
  }
  if (!reading.fits) {
    const double share =
        std::exp(-reading.misfit / static_cast<double>(std::max<std::size_t>(1, reading.characters.size())));
    for (FieldCharacter& character : reading.characters) character.confidence *= share;
    reading.confidence *= std::exp(-reading.misfit);
  }
  for (std::size_t i = 0; i < lattice.arcs.size(); ++i) {
    const double worse = std::max(0.0, path.score - path.arc_scores[i]);  // not less by rounding
    if (!(worse <= options.lattice_depth)) continue;
    reading.lattice.push_back({lattice.arcs[i].first, lattice.arcs[i].last, worse, lattice.arcs[i].box,
                               detail::candidates_of(lattice, i, options.charset, names, options.candidates)});
  }
  return reading;
}

}  // namespace inkling::inline INKLING_ABI
