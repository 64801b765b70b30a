#pragma once

#include <inkling/core/log_add.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/line/line_image.hpp>
#include <inkling/line/segment.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/lattice.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/read_character.hpp>
#include <inkling/read/read_field.hpp>
#include <inkling/read/search.hpp>
#include <inkling/read/sequence_search.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void ReadOptions::check() const {
  in_range("ReadOptions::lattice_depth", lattice_depth, {});
  in_range("ReadOptions::largest_misfit", largest_misfit, {});
  segment.check();
  search.check();
  sequence.check();
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

inline bool reads_as_a_whole(const ReadOptions& options) {
  return options.lines && knows_characters(*options.lines, options.pattern, options.charset);
}

/// Whether it says no more than which characters there are: one or more of them.
inline bool is_free(const Pattern& pattern) {
  return pattern.elements().size() == 1 && pattern.elements().front().repeats;
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
  if (detail::reads_as_a_whole(options)) return;
  admitted_classes(options.charset, model.class_names());
  for (const Pattern::Element& element : options.pattern.elements()) {
    if (!element.is_mark()) admitted_classes(element.characters & options.charset, model.class_names());
  }
}

namespace detail {

/// What a reading that its pattern does not fit is worth.
inline void lower_confidence(FieldReading& reading) {
  const double share =
      std::exp(-reading.misfit / static_cast<double>(std::max<std::size_t>(1, reading.characters.size())));
  for (FieldCharacter& character : reading.characters) character.confidence *= share;
  reading.confidence *= std::exp(-reading.misfit);
}

inline FieldReading read_by_lattice(const GreyImage& picture, const Classifier& model, const ReadOptions& options) {
  const Segmentation line = segment(picture, options.segment);
  const Lattice lattice =
      build_lattice(line, model, {.prior = options.prior, .charset = options.charset, .threads = options.threads});
  const std::vector<std::string>& names = model.class_names();
  const ReadPath path = find_read_path(lattice, options.pattern, options.charset, names, options.search);

  FieldReading reading;
  reading.confidence = text_probability(lattice, options.pattern, options.charset, names, path, options.search);
  reading.misfit = misfit_of(path, lattice, names, options);
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
          candidates_of(lattice, *step.arc, element.characters & options.charset, names, options.candidates);
      reading.text += candidates.front().label;
      const Candidate best = candidates.front();
      reading.characters.push_back({best.label, best.probability, lattice.arcs[*step.arc].box, std::move(candidates)});
    }
  }
  if (!reading.fits) lower_confidence(reading);
  for (std::size_t i = 0; i < lattice.arcs.size(); ++i) {
    const double worse = std::max(0.0, path.score - path.arc_scores[i]);  // not less by rounding
    if (!(worse <= options.lattice_depth)) continue;
    reading.lattice.push_back({lattice.arcs[i].first, lattice.arcs[i].last, worse, lattice.arcs[i].box,
                               candidates_of(lattice, i, options.charset, names, options.candidates)});
  }
  return reading;
}

/// The classes that may stand where a label does, with the probability of the text that they make of it; the label
/// itself is the first.
inline std::vector<Candidate> alternatives(const Matrix& steps, const StepRange& where, std::vector<Label> labels,
                                           std::size_t place, const std::vector<Label>& admitted,
                                           const std::vector<std::string>& names, double temperature) {
  constexpr float hardly = -9;  // nats: what no step says more than this share of is not asked for
  const Label own = labels[place];
  std::vector<Label> said{own};
  for (const Label label : admitted) {
    bool any = false;
    for (Index t = where.begin; t < where.end && !any; ++t) any = steps(label, t) >= hardly;
    if (any && label != own) said.push_back(label);
  }
  if (said.size() == 1) return {{names[static_cast<std::size_t>(own)], 1, own}};
  std::vector<std::pair<double, Label>> scores;
  for (const Label label : said) {
    labels[place] = label;
    scores.emplace_back(text_log_probability(steps, labels) / temperature, label);
  }
  double total = -std::numeric_limits<double>::infinity();
  for (const auto& [score, label] : scores) total = log_add(total, score);
  std::stable_sort(scores.begin() + 1, scores.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Candidate> candidates;
  for (const auto& [score, label] : scores) {
    candidates.push_back({names[static_cast<std::size_t>(label)], std::exp(score - total), label});
  }
  return candidates;
}

/// Halfway between a character and its neighbours: where its ink may be.
inline std::vector<StepRange> rooms_of(const std::vector<StepRange>& places, Index steps) {
  std::vector<StepRange> rooms;
  for (std::size_t i = 0; i < places.size(); ++i) {
    rooms.push_back({i == 0 ? 0 : rooms.back().end, steps});
    if (i + 1 < places.size()) rooms.back().end = (places[i].end + places[i + 1].begin + 1) / 2;
  }
  return rooms;
}

inline void add_characters(const LineImage& line, const LineSteps& seen, const SequenceText& text,
                           const LineModel& model, const ReadOptions& options, FieldReading& reading) {
  std::vector<Label> labels;
  for (const SequenceStep& step : text.steps) {
    if (step.label) labels.push_back(*step.label);
  }
  const std::vector<StepRange> places = align(seen.log_probabilities, labels);
  const std::vector<StepRange> rooms = rooms_of(places, seen.log_probabilities.cols());
  const auto column = [&](Index step) {
    return static_cast<Index>(
        std::lround(seen.first_column + (static_cast<double>(step) - 0.5) * seen.columns_per_step));
  };
  std::size_t place = 0;
  for (const SequenceStep& step : text.steps) {
    if (!step.label) continue;
    const Pattern::Element& element = options.pattern.elements()[step.element];
    const std::vector<Label> admitted =
        element.is_mark() ? std::vector<Label>{*step.label}
                          : admitted_classes(element.characters & options.charset, model.class_names());
    std::vector<Candidate> candidates = alternatives(seen.log_probabilities, rooms[place], labels, place, admitted,
                                                     model.class_names(), options.sequence.temperature);
    candidates.resize(std::min(candidates.size(), std::max<std::size_t>(1, options.candidates)));
    const Box box = box_of_columns(line, column(rooms[place].begin), column(rooms[place].end));
    reading.lattice.push_back({place, place + 1, 0, box, candidates});
    reading.characters.push_back(
        {candidates.front().label, candidates.front().probability, box, std::move(candidates)});
    ++place;
  }
}

inline FieldReading read_by_steps(const GreyImage& picture, const LineModel& model, const ReadOptions& options) {
  const LineImage line = line_image(picture, {.height = model.height(), .segment = options.segment});
  LineSteps seen = model.steps(line.ink);
  seen.log_probabilities = allowed_steps(seen.log_probabilities, options.pattern, options.charset, model.class_names());
  const auto best = [&](const Pattern& pattern, const SequenceSearchOptions& prices) {
    return find_texts(seen.log_probabilities, pattern, options.charset, model.class_names(), 1, prices).front();
  };
  const SequenceText text = best(options.pattern, options.sequence);
  FieldReading reading;
  reading.text = text.text;
  reading.confidence = text.probability;
  if (!is_free(options.pattern)) {
    SequenceSearchOptions of_ink = options.sequence;  // marks that are not there do not speak against the pattern
    of_ink.missing_mark = 0;
    of_ink.date = 0;
    reading.misfit = std::max(0.0, best(without_its_form(options.pattern, model.class_names()), of_ink).score -
                                       best(options.pattern, of_ink).score);
  }
  reading.fits = reading.misfit <= options.largest_misfit;
  add_characters(line, seen, text, model, options, reading);
  if (!reading.fits) lower_confidence(reading);
  return reading;
}

/// Whether a number with its signs may stand there as well as anything else: nothing says which characters there are.
inline bool may_be_number(const ReadOptions& options) {
  const auto admits_all = [&](const CharSet& characters) {
    return std::all_of(options.lines->class_names().begin(), options.lines->class_names().end(),
                       [&](const std::string& name) { return characters.contains(name.front()); });
  };
  const std::vector<Pattern::Element>& elements = options.pattern.elements();
  return options.lines && admits_all(options.charset) &&
         std::all_of(elements.begin(), elements.end(), [&](const Pattern::Element& element) {
           return !element.is_mark() && admits_all(element.characters);
         });
}

/// Whether the line is a number rather than what its characters look like one by one. One or two characters do not
/// tell.
inline bool is_number(const FieldReading& as_number, const FieldReading& by_characters) {
  return as_number.characters.size() >= 3 && as_number.confidence >= 0.5 &&
         as_number.confidence > by_characters.confidence;
}

}  // namespace detail

INKLING_INLINE FieldReading read_field(const GreyImage& picture, const Classifier& model, const ReadOptions& options) {
  check_readable(model, options);
  const auto as_a_whole = [&] { return detail::read_by_steps(picture, *options.lines, options); };
  if (detail::reads_as_a_whole(options)) return as_a_whole();
  FieldReading by_characters = detail::read_by_lattice(picture, model, options);
  if (!detail::may_be_number(options)) return by_characters;
  FieldReading as_number = as_a_whole();
  return detail::is_number(as_number, by_characters) ? as_number : by_characters;
}

}  // namespace inkling::inline INKLING_ABI
