#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/registration/block_matching.hpp>
#include <inkling/form/registration/page_map.hpp>

#include <span>

namespace inkling::inline INKLING_ABI::form {

struct WarpFitOptions {
  double spacing = 0;      // template pixels between nodes
  double stiffness = 0.5;  // weight of a bend of one pixel at a node against a block that is a pixel off
  double outlier = 0;      // template pixels: what is much further off counts little
  double least_correlation = 0.35;

  void check() const;  // throws ValueError that names the first field out of range
};

/// The smooth warp that explains block offsets best: least squares, where a block pulls only along the directions that
/// its print fixes, bends cost (second differences between nodes), and blocks far off the rest lose their weight
/// (Geman and McClure 1987). `current` is the warp under which the offsets were found; the result replaces it.
/// width, height: of the template.
Warp fit_warp(std::span<const BlockOffset> offsets, const Warp& current, double width, double height,
              const WarpFitOptions& options);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/warp_fit.ipp>
#endif
