#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/detail/deskew.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// How Hog makes each block comparable with blocks of fainter or stronger ink (the names are Dalal and Triggs').
enum class HogNorm {
  l2_hys,   // v / |v|, values above 0.2 cut off, and once more
  l1_sqrt,  // sqrt(v / sum of v): inner products become the Hellinger kernel of the histograms
};

struct HogOptions {
  std::vector<Index> cells = {4, 7};  // pixels along the side of a cell; one grid of cells for each
  Index bins = 8;                     // directions of gradients, 3 to 16
  bool is_signed = true;              // over the full circle; or else a direction and its opposite are one
  Index block = 2;                    // cells along the side of the blocks that are normalised
  HogNorm norm = HogNorm::l1_sqrt;
  bool deskew = true;  // characters are made upright first

  bool operator==(const HogOptions&) const = default;

  void check() const;  // throws ValueError that names the first field out of range
};

/// Histograms of oriented gradients (Dalal and Triggs 2005, "Histograms of Oriented Gradients for Human Detection"):
/// where in the image strokes have which direction, for classifiers that cannot learn such features themselves.
///
///     const Hog hog({28, 28, 1}, {.cells = {4}});
///     const Matrix features = hog.features(images);   // hog.size() x images
///
/// Each pixel's gradient (central differences, paper around the image) is shared out to two neighbouring directions,
/// and that to four neighbouring cells (bilinear, by the distance of the pixel from their centres). Blocks of block x
/// block cells are normalised, and overlap: every cell but those at the border is in block^2 of them.
///
/// The two directions are the ones whose vectors the gradient lies between, and their shares are those that add up to
/// the gradient: no angle is computed. Between them, two shares sum to up to 1 / cos(half their angle) of its length.
///
/// Features lie in [0, 1], in the order grid, block row, block column, cell row, cell column, bin.
class Hog {
 public:
  /// Throws ShapeError when the image has several channels, ValueError when an option is out of range or a grid has not
  /// enough cells for a block.
  explicit Hog(Shape image, HogOptions options = {});

  const Shape& image_shape() const noexcept { return image_; }
  const HogOptions& options() const noexcept { return options_; }
  /// The number of features of an image.
  Index size() const noexcept { return size_; }

  /// images: image_shape().size() x n. Result: size() x n. Throws ShapeError when the images have another size.
  Matrix features(const Pixels& images, int threads = 0) const;

  /// The same as bytes, round(feature * 255): a quarter of the memory, and what models of bytes can learn from.
  /// ranks: all with these images, of which each does a share; all get the features of all. Throws ValueError, on all
  /// ranks, when some compute other features than others.
  Pixels byte_features(const Pixels& images, int threads = 0, Collective* ranks = nullptr) const;

  /// The same of images that lie anywhere. images[i]: image_shape().size() bytes; result: room for size() bytes of
  /// each.
  void byte_features(const std::vector<const std::uint8_t*>& images, std::uint8_t* result, int threads = 0,
                     Collective* ranks = nullptr) const;

  /// Memory to work in; one for each thread.
  struct Workspace;

  /// The features of one image. Requires: image.size() == image_shape().size(); features has room for size().
  void extract(std::span<const std::uint8_t> image, Workspace& workspace, float* features) const;

 private:
  static constexpr Index lanes = 16;
  using Bins = Eigen::Array<float, lanes, 1>;  // of one cell; the first options_.bins count

  /// How the pixels along one side of the image are shared out to the cells of a grid.
  struct Axis {
    Index cells;
    std::vector<Index> lower;  // of each pixel: the cell before it, from -1, which is outside as `cells` is
    std::vector<float> share;  // of the cell after that
  };
  struct Grid {
    Axis across;
    Axis down;
  };

  static Axis make_axis(Index pixels, Index cell);
  void check() const;
  Bins shared_out(float across, float down) const noexcept;
  void accumulate(Workspace& workspace) const;
  std::vector<const std::uint8_t*> columns_of(const Pixels& images) const;
  template <typename Write>
  void extract_part(const std::vector<const std::uint8_t*>& images, RankShare part, int threads,
                    const Write& write) const;
  void require_same_features(const std::vector<const std::uint8_t*>& images, RankShare part,
                             const std::uint8_t* features, Collective& ranks) const;
  float* normalise(const Grid& grid, const std::vector<Bins>& cells, Vector& memory, float* to) const;

  Shape image_;
  HogOptions options_;
  std::vector<Grid> grids_;
  Bins before_across_, before_down_, after_across_, after_down_;  // the directions beside each, over sin(their angle)
  Index size_ = 0;
};

struct Hog::Workspace {
  Matrix ink;                            // (width + 2) x (height + 2), paper around it
  Matrix upright;                        // the same deskewed: ink that leaves the image by a pixel is seen, no more
  std::vector<std::vector<Bins>> rows;   // of each grid: what a row of pixels adds, cells across + 2
  std::vector<std::vector<Bins>> cells;  // of each grid: (cells down + 2) x (cells across + 2), with those outside
  Vector block;  // and room for a store that is wider than its bins; aligned, for sums to have the same order
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/features/hog.ipp>
#endif
