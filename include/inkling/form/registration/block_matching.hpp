#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/form/quad.hpp>
#include <inkling/form/registration/page_map.hpp>
#include <inkling/picture/grey_image.hpp>

#include <Eigen/Core>

#include <cstdint>
#include <vector>

namespace inkling::inline INKLING_ABI::form {

/// How far a small square of a template lies from where a map says it is.
struct BlockOffset {
  Point at;                     // its centre, template pixels
  Point offset;                 // template pixels: the map should be asked for `at + offset`
  Eigen::Matrix2d information;  // 1 along directions in which its print fixes the offset, near 0 along a bare line
  double correlation = 0;       // of the print and what was found, -1 to 1
  bool visible = false;         // wholly inside the page's picture
};

/// Squares of a template that have print in them, at one resolution, ready to be looked for.
class BlockGrid {
 public:
  BlockGrid() = default;

  /// ink: of the template, shrunk by `factor`. Squares of side x side pixels of it, every `stride`.
  BlockGrid(const GreyImage& ink, double factor, Index side, Index stride);

  std::size_t size() const noexcept { return blocks_.size(); }

  /// Where each square is found on a page, up to `radius` pixels of the shrunk template away, by normalised
  /// cross-correlation with a parabola through its peak. page: ink of the page, shrunk by page_factor.
  std::vector<BlockOffset> find(const GreyImage& page, double page_factor, const PageMap& map, Index radius) const;

 private:
  struct Block {
    Index left = 0;
    Index top = 0;
    Eigen::Matrix2d information;
    double norm = 0;  // length of its samples
  };

  Index width_ = 0;
  Index height_ = 0;
  Index side_ = 0;
  double factor_ = 1;
  std::vector<Block> blocks_;
  std::vector<std::int16_t> samples_;  // side x side for each block, their mean taken off
};

/// The page as the map sees it: width x height pixels, each `factor` pixels of the template wide, with a margin around.
/// page: shrunk by page_factor; outside of it lies `outside`.
GreyImage sample_page(const GreyImage& page, double page_factor, const PageMap& map, double factor, Index width,
                      Index height, Index margin, std::uint8_t outside);

}  // namespace inkling::inline INKLING_ABI::form

#ifndef INKLING_COMPILED
#include <inkling/form/registration/block_matching.ipp>
#endif
