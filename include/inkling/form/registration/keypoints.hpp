#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/picture/grey_image.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// A corner of a picture that can be found again in another picture of the same thing.
struct Keypoint {
  float x = 0;  // pixels; (0, 0) is the outer corner of the top left pixel
  float y = 0;
  float scale = 1;  // the picture was shrunk by so much when the corner was found
  float angle = 0;  // radians; from the corner to the centre of brightness around it
  float strength = 0;
};

/// What a keypoint's neighbourhood looks like, upright and at its scale: 256 comparisons of brightness, a bit each.
using Descriptor = std::array<std::uint64_t, 4>;

struct Features {
  std::vector<Keypoint> points;
  std::vector<Descriptor> descriptors;  // one for each point
};

struct FeatureOptions {
  std::size_t count = 2000;  // of keypoints, spread over scales and over the picture
  int levels = 7;            // scales, each `step` times as coarse as the one before
  double step = 1.3;
  int threshold = 18;  // grey levels between a corner and the circle around it

  void check() const;  // throws ValueError that names the first field out of range
};

/// Corners at several scales with their descriptors: ORB (Rublee et al. 2011, "ORB: An Efficient Alternative to SIFT or
/// SURF"). Corners are FAST's (Rosten and Drummond 2006) where nine of the sixteen pixels on a circle are all brighter
/// or all darker; a descriptor compares pairs of places drawn from a normal distribution (Calonder et al. 2010,
/// "BRIEF").
Features find_features(const GreyImage& image, const FeatureOptions& options = {});

/// Pairs of features that look alike.
struct Match {
  std::int32_t first = 0;   // of the one picture
  std::int32_t second = 0;  // of the other
  float ratio = 0;          // distance of the descriptors against the distance of the next best place; smaller is surer
};

struct MatchOptions {
  int max_distance = 72;  // bits of 256
  float max_ratio = 0.92F;

  void check() const;  // throws ValueError that names the first field out of range
};

/// For each feature of `first` the feature of `second` with the nearest descriptor, when it is clearly nearer than any
/// at another place (Lowe 2004). Surest first.
std::vector<Match> match_features(const Features& first, const Features& second, const MatchOptions& options = {});

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/keypoints.ipp>
#endif
