#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/line/segmentation.hpp>
#include <inkling/model/charset.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/read/mark.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Pieces first, ..., last - 1 of a line, taken for one character.
struct Arc {
  std::size_t first = 0;
  std::size_t last = 0;
  Box box = {};  // in pixels of the picture
  InkShape shape = {};
  double gap = 0;  // the widest blank inside, in heights of the line
};

/// Every way to cut a line into characters that is worth a look: a graph whose nodes are the places between pieces.
struct Lattice {
  std::size_t pieces = 0;
  std::vector<Arc> arcs;                // ordered by their ends
  Matrix probabilities;                 // classes x arcs, calibrated as far as the model is
  std::optional<Vector> evidence = {};  // of each arc, where the model measures it (see Recognition)
  std::vector<float> cuts;              // pieces + 1: ink that a cut crosses, in stroke widths
  std::vector<double> weights;          // of each piece: its ink over that of a stroke as long as the line is high
};

struct LatticeOptions {
  std::size_t max_pieces = 10;                    // of one character
  double max_width = 1.9;                         // of a character of several pieces, in heights of the line
  std::optional<std::vector<double>> prior = {};  // of the model's classes; its influence is taken out
  CharSet charset = {};                           // of all characters: see with_letter_case
  int threads = 1;

  void check() const;  // throws ValueError that names the first field out of range
};

/// Looks at every run of pieces that may be one character. Throws what the classifier throws for images of another
/// shape than it reads.
Lattice build_lattice(const Segmentation& line, const Classifier& model, const LatticeOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/read/lattice.ipp>
#endif
