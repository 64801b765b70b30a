#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

/// Labelled images as bytes. A Dataset is an immutable selection of samples over shared pixels: copies, subsets, splits
/// and shuffles move indices and never an image, so that a set of 697,932 images (547 MB) is held once.
class Dataset {
 public:
  /// pixels: image.size() x samples (see Pixels); labels: one per sample, each in [0, class_names.size()).
  /// Throws ShapeError when the sizes differ, ValueError when a label is out of range.
  Dataset(Shape image, Pixels pixels, std::vector<Label> labels, std::vector<std::string> class_names);

  Index size() const noexcept { return static_cast<Index>(samples_.size()); }
  const Shape& image_shape() const noexcept { return store_->image; }
  Index num_classes() const noexcept { return static_cast<Index>(store_->class_names.size()); }
  const std::vector<std::string>& class_names() const noexcept { return store_->class_names; }

  /// The bytes of one image, height x width (x channels) in the order of Shape.
  std::span<const std::uint8_t> image(Index i) const noexcept {
    return {store_->pixels.col(row(i)).data(), static_cast<std::size_t>(store_->image.size())};
  }
  Label label(Index i) const noexcept { return store_->labels[static_cast<std::size_t>(row(i))]; }

  /// Copies samples [first, first + count). Result: pixels x count.
  Pixels pixels(Index first, Index count) const;
  /// Copies every image. Result: pixels x samples.
  Pixels pixels() const { return pixels(0, size()); }
  std::vector<Label> labels() const;

  /// Takes the last `count` samples away and returns their pixels, pixels x count. When no other Dataset shares them,
  /// the memory behind the last image that is still needed is given back, so that who makes features of images need not
  /// hold all of both. Throws ValueError for more samples than there are.
  Pixels remove_last(Index count);

  /// The samples at `chosen`, in that order (repeats allowed). Throws ValueError for an index outside [0, size()).
  Dataset subset(std::span<const Index> chosen) const;
  /// The first `count` samples, or all when there are fewer.
  Dataset take(Index count) const;
  /// The same samples in an order that the seed decides.
  Dataset shuffled(std::uint64_t seed) const;
  /// Cuts every class at the same share: `fraction` of each class (rounded) goes to the second part, chosen by the
  /// seed. Both parts keep the original order. Throws ValueError unless 0 < fraction < 1.
  std::pair<Dataset, Dataset> stratified_split(double fraction, std::uint64_t seed) const;
  /// For cross-validation: fold `fold` of 0, 1, ..., folds - 1 is the second part, all other samples are the first.
  /// Every sample is in one of the folds, every class is dealt out evenly (give or take one), in an order that the seed
  /// decides, and so are all samples. Both parts keep the original order. Throws ValueError unless 0 <= fold < folds,
  /// and folds is from 2 to the number of samples.
  std::pair<Dataset, Dataset> stratified_fold(Index fold, Index folds, std::uint64_t seed) const;

 private:
  struct Store {
    Shape image;
    Pixels pixels;  // image.size() x stored samples
    std::vector<Label> labels;
    std::vector<std::string> class_names;
  };

  Dataset(std::shared_ptr<Store> store, std::vector<Index> samples)
      : store_(std::move(store)), samples_(std::move(samples)) {}

  /// The samples of each class, each class in an order of its own that the seed decides.
  std::vector<std::vector<Index>> shuffled_classes(std::uint64_t seed) const;
  /// The samples for which `is_second` is 0, and the others.
  std::pair<Dataset, Dataset> parted(const std::vector<char>& is_second) const;

  Index row(Index i) const noexcept { return samples_[static_cast<std::size_t>(i)]; }

  std::shared_ptr<Store> store_;  // immutable while others share it
  std::vector<Index> samples_;    // columns of store_->pixels
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/dataset.ipp>
#endif
