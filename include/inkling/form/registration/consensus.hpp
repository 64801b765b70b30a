#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/registration/homography.hpp>
#include <inkling/form/registration/keypoints.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A map that many matches agree on.
struct Consensus {
  Homography map;           // from the first picture to the second
  std::size_t inliers = 0;  // matches that it brings within ConsensusOptions::threshold
  double score = 0;         // the same, each counted by how near it is
};

struct ConsensusOptions {
  int trials = 3000;
  double threshold = 4;        // pixels of the first picture
  std::size_t candidates = 6;  // hypotheses that are refined
  std::uint64_t seed = 1;

  void check() const;  // throws ValueError that names the first field out of range
};

/// The homographies that matches agree on, best first, none when there are too few. Random pairs of matches, the surest
/// first (Chum and Matas 2005, "Matching with PROSAC"), propose a similarity, which the directions and scales of their
/// keypoints must confirm; the best are widened to an affine map and to a homography while the distance that counts as
/// agreement shrinks (locally optimised RANSAC, Chum et al. 2003; truncated squares, Torr and Zisserman 2000).
/// width, height: of the first picture, for what is plausible.
std::vector<Consensus> find_consensus(const Features& first, const Features& second, std::span<const Match> matches,
                                      double width, double height, const ConsensusOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/consensus.ipp>
#endif
