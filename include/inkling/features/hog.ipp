#pragma once

#include <inkling/core/collective.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/parallel.hpp>
#include <inkling/core/range.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/features/detail/deskew.hpp>
#include <inkling/features/hog.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

INKLING_INLINE void HogOptions::check() const {
  require<ValueError>(!cells.empty(), "HogOptions::cells: at least one size of cells is needed");
  for (const Index cell : cells) in_range("HogOptions::cells", cell, {2, 65'535});
  // Fewer directions over the full circle would be further apart than a right angle.
  in_range("HogOptions::bins", bins, {is_signed ? 5.0 : 3.0, 16});
  in_range("HogOptions::block", block, {1, 1024});
}

INKLING_INLINE Hog::Hog(Shape image, HogOptions options) : image_(image), options_(std::move(options)) {
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

INKLING_INLINE void Hog::check() const {
  image_.check("Hog");
  if (image_.channels != 1) throw ShapeError("Hog: expected grey images, got " + to_string(image_));
  options_.check();
  const Index most = std::max(image_.width, image_.height);
  for (const Index cell : options_.cells) in_range("HogOptions::cells", cell, {2, static_cast<double>(most)});
}

/// As many cells as it takes to cover the pixels, the grid's middle on theirs.
INKLING_INLINE Hog::Axis Hog::make_axis(Index pixels, Index cell) {
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
INKLING_INLINE Hog::Bins Hog::shared_out(float across, float down) const noexcept {
  const Bins past_before = down * before_across_ - across * before_down_;
  const Bins until_after = across * after_down_ - down * after_across_;
  if (options_.is_signed) return past_before.min(until_after).max(0.0F);
  return past_before.min(until_after).max((-past_before).min(-until_after)).max(0.0F);
}

/// Fills workspace.cells from the picture.
INKLING_INLINE void Hog::accumulate(Workspace& workspace) const {
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
INKLING_INLINE float* Hog::normalise(const Grid& grid, const std::vector<Bins>& cells, Vector& memory,
                                     float* to) const {
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

INKLING_INLINE void Hog::extract(std::span<const std::uint8_t> image, Workspace& workspace, float* features) const {
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
  if (options_.deskew) detail::deskew(workspace.ink, workspace.upright);
  accumulate(workspace);
  for (std::size_t g = 0; g < grids_.size(); ++g) {
    features = normalise(grids_[g], workspace.cells[g], workspace.block, features);
  }
}

/// Where each image begins. Throws ShapeError when they have another size.
INKLING_INLINE std::vector<const std::uint8_t*> Hog::columns_of(const Pixels& images) const {
  if (images.rows() != image_.size()) {
    throw ShapeError("Hog: expected images of " + to_string(image_) + ", got " + std::to_string(images.rows()) +
                     " bytes a column");
  }
  std::vector<const std::uint8_t*> columns;
  for (Index i = 0; i < images.cols(); ++i) columns.push_back(images.col(i).data());
  return columns;
}

/// Calls write(i, features) for each image i of `part`.
template <typename Write>
void Hog::extract_part(const std::vector<const std::uint8_t*>& images, RankShare part, int threads,
                       const Write& write) const {
  constexpr Index batch = 64;  // images a task
  std::vector<Workspace> workspaces(static_cast<std::size_t>(thread_count(threads)));
  parallel_for((part.size() + batch - 1) / batch, threads, [&](Index b, int worker) {
    Workspace& workspace = workspaces[static_cast<std::size_t>(worker)];
    Vector features(size_);
    const Index first = part.first + b * batch;
    for (Index i = first; i < std::min<Index>(part.last, first + batch); ++i) {
      extract({images[static_cast<std::size_t>(i)], static_cast<std::size_t>(image_.size())}, workspace,
              features.data());
      write(i, features);
    }
  });
}

INKLING_INLINE Matrix Hog::features(const Pixels& images, int threads) const {
  const auto columns = columns_of(images);
  Matrix result(size_, images.cols());
  extract_part(columns, {0, images.cols()}, threads,
               [&](Index i, const Vector& features) { result.col(i) = features; });
  return result;
}

INKLING_INLINE Pixels Hog::byte_features(const Pixels& images, int threads, Collective* ranks) const {
  Pixels result(size_, images.cols());
  byte_features(columns_of(images), result.data(), threads, ranks);
  return result;
}

INKLING_INLINE void Hog::byte_features(const std::vector<const std::uint8_t*>& images, std::uint8_t* result,
                                       int threads, Collective* ranks) const {
  Collective alone;
  Collective& all = ranks != nullptr ? *ranks : alone;
  require_same(all, static_cast<std::uint64_t>(size_), "the numbers of gradients");
  const auto share = [&](int rank) { return share_of(std::ssize(images), rank % all.size(), all.size()); };
  extract_part(images, share(all.rank()), threads, [&](Index i, const Vector& features) {
    std::transform(features.data(), features.data() + size_, result + i * size_,
                   [](float value) { return static_cast<std::uint8_t>(value * 255.0F + 0.5F); });
  });
  if (all.size() == 1) return;
  std::vector<std::size_t> ends;
  for (int r = 0; r < all.size(); ++r) ends.push_back(static_cast<std::size_t>(share(r).last * size_));
  gather(all, result, std::move(ends));
  require_same_features(images, share(all.rank() + 1), result, all);
}

/// Other options, or programs for other processors, would go unnoticed: each rank makes some features of the next one's
/// part, too.
INKLING_INLINE void Hog::require_same_features(const std::vector<const std::uint8_t*>& images, RankShare part,
                                               const std::uint8_t* features, Collective& ranks) const {
  constexpr Index stride = 64;
  std::vector<const std::uint8_t*> some;
  for (Index i = part.first; i < part.last; i += stride) some.push_back(images[static_cast<std::size_t>(i)]);
  Pixels same(size_, std::ssize(some));
  byte_features(some, same.data(), 1);
  bool differ = false;
  for (Index k = 0; k < same.cols(); ++k) {
    const std::uint8_t* const theirs = features + (part.first + k * stride) * size_;
    differ = differ || !std::equal(theirs, theirs + size_, same.col(k).data());
  }
  if (ranks.any(differ)) {
    throw ValueError(
        "training together: the gradients that ranks compute of the same images differ: they have other "
        "options, or programs for other processors");
  }
}

}  // namespace inkling::inline INKLING_ABI
