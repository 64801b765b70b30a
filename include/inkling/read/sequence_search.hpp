#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/read/pattern.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Prices in nats, beside the log-probabilities of a LineModel.
struct SequenceSearchOptions {
  std::size_t beam = 16;          // beginnings of texts that are followed
  double unlikely = 10;           // nats below a step's best class from which a class is not tried
  double missing_mark = 1;        // of a mark of the pattern that is not there
  double missing_character = 15;  // of a character of the pattern that is not there
  double date = 3;                // by which a text that is a date is more probable than it looks
  double temperature = 1;         // that the scores of whole texts are divided by where they become probabilities

  void check() const;  // throws ValueError that names the first field out of range
};

/// One character, or a mark, of a text that was read.
struct SequenceStep {
  std::size_t element = 0;          // of the pattern
  std::optional<Label> label = {};  // the class; none where nothing is written
};

struct SequenceText {
  std::string text;                 // with the marks of the pattern, written or not
  std::vector<SequenceStep> steps;  // in their order
  double score = 0;        // nats: the log-probability of all ways to spell it, less the prices, and for a date
                           // more
  double probability = 0;  // of the text, among those that the pattern allows
};

/// Whether the model knows every character that the pattern and the charset allow, and they allow one.
bool knows_characters(const LineModel& model, const Pattern& pattern, const CharSet& characters);

/// The steps with what the pattern has no place for taken out: signs that the model knows count as the blank, so that
/// they are read past, and other characters as never. Throws ValueError when an element has none of the classes,
/// ShapeError when steps and class names do not fit.
Matrix allowed_steps(const Matrix& log_probabilities, const Pattern& pattern, const CharSet& characters,
                     const std::vector<std::string>& class_names);

/// The most probable texts that the pattern allows, the best first; at least one, and at most `count`. Prefix beam
/// search: beginnings of texts are followed step by step, each with the probability of all ways to spell it, and the
/// best are kept (Graves and Jaitly 2014, "Towards End-To-End Speech Recognition with Recurrent Neural Networks",
/// algorithm 1). Only what allowed_steps leaves is looked at. Throws what that throws, and ValueError when an option is
/// out of range.
std::vector<SequenceText> find_texts(const Matrix& log_probabilities, const Pattern& pattern, const CharSet& characters,
                                     const std::vector<std::string>& class_names, std::size_t count,
                                     const SequenceSearchOptions& options = {});

struct StepRange {
  Index begin = 0;
  Index end = 0;
};

/// The steps [begin, end) at which each label of a text most probably stands (the best path; Viterbi 1967). The last
/// row is the blank. Throws ValueError when there are fewer steps than the labels need, and for a label without a row;
/// ShapeError when there is no step.
std::vector<StepRange> align(const Matrix& log_probabilities, const std::vector<Label>& labels);

/// log P(labels | steps), of all ways to spell them; minus infinity when there are too few steps. Throws ValueError for
/// a label without a row, ShapeError when there is no step.
double text_log_probability(const Matrix& log_probabilities, const std::vector<Label>& labels);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/sequence_search.ipp>
#endif
