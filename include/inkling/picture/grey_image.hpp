#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI {

namespace detail {

/// The number of pixels. Throws ShapeError for a negative side and for more than 2^40 pixels.
std::size_t image_size(Index width, Index height);

/// Throws ShapeError unless there are width * height values.
void check_image_size(Index width, Index height, std::size_t values);

}  // namespace detail

/// A picture with one value a pixel: a plain value that owns width * height numbers, row by row from the top.
template <typename T>
class Image {
 public:
  /// The empty picture, 0 x 0.
  Image() = default;

  /// Every pixel `fill`. Throws ShapeError for a negative side and for more than 2^40 pixels.
  Image(Index width, Index height, T fill = T{})
      : Image(width, height, std::vector<T>(detail::image_size(width, height), fill)) {}

  /// Takes the pixels, row by row from the top. Throws ShapeError unless there are width * height of them.
  Image(Index width, Index height, std::vector<T> values) : width_(width), height_(height), values_(std::move(values)) {
    detail::check_image_size(width, height, values_.size());
  }

  Index width() const noexcept { return width_; }
  Index height() const noexcept { return height_; }
  Index size() const noexcept { return width_ * height_; }
  bool empty() const noexcept { return values_.empty(); }

  /// Column x from the left, row y from the top; both must be inside.
  T& operator()(Index x, Index y) noexcept { return values_[static_cast<std::size_t>(y * width_ + x)]; }
  const T& operator()(Index x, Index y) const noexcept { return values_[static_cast<std::size_t>(y * width_ + x)]; }

  T* row(Index y) noexcept { return values_.data() + y * width_; }
  const T* row(Index y) const noexcept { return values_.data() + y * width_; }

  /// Every pixel, or those of row y, as an array to calculate with.
  Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>> array() noexcept { return {values_.data(), size()}; }
  Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> array() const noexcept { return {values_.data(), size()}; }
  Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>> row_array(Index y) const noexcept { return {row(y), width_}; }

  /// Every pixel, row by row. Not of a temporary: `for (auto value : f().values())` would read what is gone.
  std::span<T> values() & noexcept { return values_; }
  std::span<const T> values() const& noexcept { return values_; }
  void values() const&& = delete;

  bool operator==(const Image&) const = default;

 private:
  Index width_ = 0;
  Index height_ = 0;
  std::vector<T> values_;
};

/// As seen on a screen: 0 is black, 255 is white. EMNIST's own pictures are white ink on black paper, so that their
/// bytes are also amounts of ink (see Pixels).
using GreyImage = Image<std::uint8_t>;

/// Amounts of ink between the steps of normalisation: 0 is paper.
using FloatImage = Image<float>;

/// 0..limit becomes 0..255.
GreyImage to_grey(const FloatImage& image, float limit);

/// Columns become rows.
template <typename T>
Image<T> transposed(const Image<T>& image) {
  Image<T> result(image.height(), image.width());
  for (Index y = 0; y < result.height(); ++y) {
    const T* from = image.row(0) + y;
    T* const row = result.row(y);
    for (Index x = 0; x < result.width(); ++x, from += image.width()) row[x] = *from;
  }
  return result;
}

/// A rectangle of a picture in pixels; the point (0, 0) is the outer corner of the top left pixel.
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;

  bool operator==(const Box&) const = default;
};

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/picture/grey_image.ipp>
#endif
