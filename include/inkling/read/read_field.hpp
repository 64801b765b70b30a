#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/model/line_model.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/candidate.hpp>
#include <inkling/read/pattern.hpp>
#include <inkling/read/search.hpp>
#include <inkling/read/sequence_search.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

struct ReadOptions {
  CharSet charset = {};  // of every element of the pattern that does not say more
  Pattern pattern = {};
  std::optional<std::vector<double>> prior = {};  // of the model's classes; its influence is taken out; not by `lines`
  std::size_t candidates = 5;                     // of each character at most, and 1 at least
  double lattice_depth = 8;   // nats that a way through the lattice may be worse than the best to be reported
  double largest_misfit = 3;  // of a reading that fits its pattern: FieldReading::misfit
  SegmentOptions segment = {};
  SearchOptions search = {};
  /// Reads the line as a whole where it knows every character that pattern and charset allow, and where they allow
  /// anything and the line is a number; the classifier reads what is left, character by character.
  std::shared_ptr<const LineModel> lines = {};
  SequenceSearchOptions sequence = {};  // of that
  int threads = 1;

  void check() const;  // throws ValueError that names the first field out of range
};

/// A character and the ink that it was read from.
struct FieldCharacter {
  std::string label;
  double confidence = 0;              // the probability of the label, given that this ink is one character
  Box box = {};                       // in pixels of the picture
  std::vector<Candidate> candidates;  // the most probable first; for a mark, the mark alone
};

/// One way to take some ink for a character. Ways that follow one another share a place between pieces.
struct FieldAlternative {
  std::size_t from = 0;  // places between pieces
  std::size_t to = 0;
  double score = 0;  // nats by which the best reading with this character is worse than the best of all
  Box box = {};
  std::vector<Candidate> candidates;
};

struct FieldReading {
  std::string text;       // with the marks of the pattern, written or not
  double confidence = 0;  // the probability that all of the text is right
  bool fits = true;       // the pattern; if not, it was forced onto the ink, and the confidences are lower accordingly
  double misfit = 0;      // nats by which the pattern's reading is worse than that of any number of such characters
  std::vector<FieldCharacter> characters;  // from left to right; marks only where there is ink
  std::vector<FieldAlternative> lattice;   // by their ends
};

/// Throws ShapeError unless the model reads square grey images, ValueError when an option is out of range, and when the
/// pattern and the charset leave none of its classes, unless options.lines reads what they leave.
void check_readable(const Classifier& model, const ReadOptions& options);

/// Reads a picture of one line of characters: segments it, lets the model look at every part that may be a character,
/// and searches for the most probable reading that the pattern allows. Where options.lines knows the characters, it
/// reads instead, and the model is not asked. Where pattern and charset allow anything, both read, and what
/// options.lines reads is taken when it is a number of three characters or more that is more probable than not, and
/// more probable than the other reading. Throws what segment, line_image and check_readable throw.
FieldReading read_field(const GreyImage& picture, const Classifier& model, const ReadOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/read_field.ipp>
#endif
