#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/detail/deskew.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <utility>
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
  Pixels byte_features(const Pixels& images, int threads = 0) const;

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
  template <typename Value, typename Write>
  MatrixOf<Value> extract_all(const Pixels& images, int threads, const Write& write) const;
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

inline Hog::Hog(Shape image, HogOptions options) : image_(image), options_(std::move(options)) {
  check();
  for (const Index cell : options_.cells) {
    grids_.push_back({make_axis(image_.width, cell), make_axis(image_.height, cell)});
    const Index blocks_across = grids_.back().across.cells - options_.block + 1;
    const Index blocks_down = grids_.back().down.cells - options_.block + 1;
    if (blocks_across < 1 || blocks_down < 1) {
      throw ValueError("Hog: cells of " + std::to_string(cell) + " pixels are too few in an image of " +
                       to_string(image_) + " for blocks of " + std::to_string(options_.block));
    }
    size_ += blocks_across * blocks_down * options_.block * options_.block * options_.bins;
  }
  const double angle = (options_.is_signed ? 2 : 1) * std::numbers::pi / static_cast<double>(options_.bins);
  for (Index bin = 0; bin < lanes; ++bin) {
    const double before = angle * static_cast<double>(bin - 1);
    const double after = angle * static_cast<double>(bin + 1);
    before_across_(bin) = static_cast<float>(std::cos(before) / std::sin(angle));
    before_down_(bin) = static_cast<float>(std::sin(before) / std::sin(angle));
    after_across_(bin) = static_cast<float>(std::cos(after) / std::sin(angle));
    after_down_(bin) = static_cast<float>(std::sin(after) / std::sin(angle));
  }
}

inline void Hog::check() const {
  if (image_.channels != 1) throw ShapeError("Hog: expected grey images, got " + to_string(image_));
  require<ValueError>(!options_.cells.empty(), "Hog: at least one size of cells is needed");
  for (const Index cell : options_.cells) {
    const Index most = std::max(image_.width, image_.height);
    if (cell < 2 || cell > most) {
      throw ValueError("Hog: expected cells of 2 to " + std::to_string(most) + " pixels a side, got " +
                       std::to_string(cell));
    }
  }
  // Fewer directions over the full circle would be further apart than a right angle.
  const Index least = options_.is_signed ? 5 : 3;
  if (options_.bins < least || options_.bins > lanes) {
    throw ValueError("Hog: expected " + std::to_string(least) + " to " + std::to_string(lanes) + " bins, got " +
                     std::to_string(options_.bins));
  }
  if (options_.block < 1)
    throw ValueError("Hog: expected blocks of at least one cell, got " + std::to_string(options_.block));
}

/// As many cells as it takes to cover the pixels, the grid's middle on theirs.
inline Hog::Axis Hog::make_axis(Index pixels, Index cell) {
  Axis axis{(pixels + cell - 1) / cell, {}, {}};
  const double margin = static_cast<double>(axis.cells * cell - pixels) / 2;
  for (Index i = 0; i < pixels; ++i) {
    const double place = (static_cast<double>(i) + 0.5 + margin) / static_cast<double>(cell) - 0.5;  // in cells
    axis.lower.push_back(static_cast<Index>(std::floor(place)));
    axis.share.push_back(static_cast<float>(place - std::floor(place)));
  }
  return axis;
}

/// The shares of a gradient. Direction d takes what the gradient has of it when it is written as a sum of d and the
/// direction beside it on the gradient's side: sin(angle to that one) / sin(angle between them), and 0 when the
/// gradient does not lie beside d.
inline Hog::Bins Hog::shared_out(float across, float down) const noexcept {
  const Bins past_before = down * before_across_ - across * before_down_;
  const Bins until_after = across * after_down_ - down * after_across_;
  if (options_.is_signed) return past_before.min(until_after).max(0.0F);
  return past_before.min(until_after).max((-past_before).min(-until_after)).max(0.0F);
}

/// Fills workspace.cells from the picture.
inline void Hog::accumulate(Workspace& workspace) const {
  const Matrix& ink = options_.deskew ? workspace.upright : workspace.ink;
  for (std::size_t g = 0; g < grids_.size(); ++g) {
    const auto across = static_cast<std::size_t>(grids_[g].across.cells + 2);
    const auto down = static_cast<std::size_t>(grids_[g].down.cells + 2);
    workspace.cells[g].assign(across * down, Bins::Zero());
  }
  for (Index y = 0; y < image_.height; ++y) {
    for (std::size_t g = 0; g < grids_.size(); ++g)
      std::fill(workspace.rows[g].begin(), workspace.rows[g].end(), Bins::Zero());
    const float* const above = ink.col(y).data() + 1;
    const float* const here = ink.col(y + 1).data() + 1;
    const float* const below = ink.col(y + 2).data() + 1;
    bool blank = true;
    for (Index x = 0; x < image_.width; ++x) {
      const float across = here[x + 1] - here[x - 1];
      const float down = below[x] - above[x];
      if (across == 0 && down == 0) continue;
      blank = false;
      const Bins shares = shared_out(across, down);
      for (std::size_t g = 0; g < grids_.size(); ++g) {
        const Axis& axis = grids_[g].across;
        const auto pixel = static_cast<std::size_t>(x);
        Bins* const cells = workspace.rows[g].data() + axis.lower[pixel] + 1;
        cells[0] += (1 - axis.share[pixel]) * shares;
        cells[1] += axis.share[pixel] * shares;
      }
    }
    if (blank) continue;
    for (std::size_t g = 0; g < grids_.size(); ++g) {
      const Axis& axis = grids_[g].down;
      const auto pixel = static_cast<std::size_t>(y);
      const auto across = static_cast<Index>(workspace.rows[g].size());
      Bins* const upper = workspace.cells[g].data() + (axis.lower[pixel] + 1) * across;
      for (Index c = 0; c < across; ++c) {
        const Bins& row = workspace.rows[g][static_cast<std::size_t>(c)];
        upper[c] += (1 - axis.share[pixel]) * row;
        upper[across + c] += axis.share[pixel] * row;
      }
    }
  }
}

/// Writes the blocks of a grid and returns where the next one goes.
inline float* Hog::normalise(const Grid& grid, const std::vector<Bins>& cells, Vector& memory, float* to) const {
  constexpr float faint = 0.1F;  // ink this weak in a block is noise: it is not made strong
  constexpr float highest = 0.2F;
  const Index side = options_.block;
  const Index size = side * side * options_.bins;
  auto block = memory.head(size).array();
  for (Index y = 0; y + side <= grid.down.cells; ++y) {
    for (Index x = 0; x + side <= grid.across.cells; ++x) {
      float* next = memory.data();
      for (Index dy = 0; dy < side; ++dy) {
        const Bins* const row = cells.data() + (y + dy + 1) * (grid.across.cells + 2) + x + 1;
        for (Index dx = 0; dx < side; ++dx, next += options_.bins) Bins::Map(next) = row[dx];
      }
      Eigen::Map<Eigen::ArrayXf> result(to, size);
      if (options_.norm == HogNorm::l1_sqrt) {
        result = (block / (block.sum() + faint)).sqrt();
      } else {
        block = (block / std::sqrt(block.square().sum() + faint * faint)).min(highest);
        result = block / std::sqrt(block.square().sum() + faint * faint);
      }
      to += size;
    }
  }
  return to;
}

inline void Hog::extract(std::span<const std::uint8_t> image, Workspace& workspace, float* features) const {
  const Index width = image_.width;
  const Index height = image_.height;
  if (workspace.rows.empty()) {
    workspace.ink.setZero(width + 2, height + 2);
    for (const Grid& grid : grids_) workspace.rows.emplace_back(static_cast<std::size_t>(grid.across.cells + 2));
    workspace.cells.resize(grids_.size());
    workspace.block.resize(options_.block * options_.block * options_.bins + lanes);
  }
  workspace.ink.block(1, 1, width, height) =
      Eigen::Map<const Pixels>(image.data(), width, height).cast<float>() * (1.0F / 255.0F);
  if (options_.deskew) deskew(workspace.ink, workspace.upright);
  accumulate(workspace);
  for (std::size_t g = 0; g < grids_.size(); ++g) {
    features = normalise(grids_[g], workspace.cells[g], workspace.block, features);
  }
}

template <typename Value, typename Write>
MatrixOf<Value> Hog::extract_all(const Pixels& images, int threads, const Write& write) const {
  if (images.rows() != image_.size()) {
    throw ShapeError("Hog: expected images of " + to_string(image_) + ", got " + std::to_string(images.rows()) +
                     " bytes a column");
  }
  constexpr Index batch = 64;  // images a task
  MatrixOf<Value> result(size_, images.cols());
  std::vector<Workspace> workspaces(static_cast<std::size_t>(thread_count(threads)));
  parallel_for((images.cols() + batch - 1) / batch, threads, [&](Index b, int worker) {
    Workspace& workspace = workspaces[static_cast<std::size_t>(worker)];
    Vector features(size_);
    for (Index i = b * batch; i < std::min(images.cols(), (b + 1) * batch); ++i) {
      extract({images.col(i).data(), static_cast<std::size_t>(images.rows())}, workspace, features.data());
      write(features, result.col(i));
    }
  });
  return result;
}

inline Matrix Hog::features(const Pixels& images, int threads) const {
  return extract_all<float>(images, threads, [](const Vector& features, auto&& column) { column = features; });
}

inline Pixels Hog::byte_features(const Pixels& images, int threads) const {
  return extract_all<std::uint8_t>(images, threads, [](const Vector& features, auto&& column) {
    column = (features.array() * 255.0F + 0.5F).template cast<std::uint8_t>();
  });
}

}  // namespace inkling::inline INKLING_ABI
