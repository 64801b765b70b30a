#pragma once

#include <inkling/codec/detail/exif.hpp>
#include <inkling/codec/detail/raster.hpp>
#include <inkling/core/error.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

INKLING_INLINE void check_declared_size(const char* format, Index width, Index height, Index pixels,
                                        const DecodeLimits& limits) {
  const auto declared = [&] {
    return std::string(format) + ": the file declares " + std::to_string(width) + "x" + std::to_string(height) +
           " pixels";
  };
  if (width < 1 || height < 1) throw FormatError(declared() + ", expected at least 1x1");
  if (width > limits.side || height > limits.side || width > pixels / height) {
    throw ImageTooLargeError(declared() + ", expected sides up to " + std::to_string(limits.side) + " and up to " +
                             std::to_string(pixels) + " pixels in all");
  }
}

INKLING_INLINE Index memory_for(std::span<const std::uint8_t> file, const DecodeLimits& limits) noexcept {
  return static_cast<Index>(limits.memory + 20 * file.size());
}

INKLING_INLINE Index reduction_to(Index width, Index height, Index pixels) noexcept {
  Index divisor = 1;
  while (divisor < 8 && ((width + divisor - 1) / divisor) * ((height + divisor - 1) / divisor) > pixels) divisor *= 2;
  return divisor;
}

/// The highest bit that is set in the samples of one kind: colours, or opacities.
inline int used_bits(std::span<const std::uint16_t> samples, std::size_t first, std::size_t last,
                     std::size_t channels) {
  unsigned bits = 0;
  for (std::size_t pixel = 0; pixel < samples.size(); pixel += channels) {
    for (std::size_t c = first; c < last; ++c) bits |= samples[pixel + c];
  }
  return std::bit_width(bits);
}

INKLING_INLINE std::vector<std::uint8_t> bytes_of_samples(std::span<const std::uint16_t> samples,
                                                          std::size_t channels) {
  const std::size_t colours = channels == 2 || channels == 4 ? channels - 1 : channels;
  const auto shift = [&](std::size_t first, std::size_t last) {
    const int bits = used_bits(samples, first, last, channels);
    return static_cast<unsigned>(bits >= 15 ? 8 : std::max(0, bits - 8));
  };
  const unsigned colour_shift = shift(0, colours);
  const unsigned opacity_shift = colours < channels ? shift(colours, channels) : 0;
  std::vector<std::uint8_t> bytes(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(samples[i] >> (i % channels < colours ? colour_shift : opacity_shift));
  }
  return bytes;
}

/// A pixel of the raster, over paper of one level.
struct PixelReader {
  const Raster& raster;
  int paper = 255;

  bool has_opacity() const noexcept { return raster.channels == 2 || raster.channels == 4; }
  const std::uint8_t* at(std::size_t pixel) const noexcept {
    return raster.samples.data() + pixel * static_cast<std::size_t>(raster.channels);
  }
  int opacity(std::size_t pixel) const noexcept { return has_opacity() ? at(pixel)[raster.channels - 1] : 255; }
  std::uint8_t over_paper(int level, int opacity_of_it) const noexcept {
    return static_cast<std::uint8_t>((level * opacity_of_it + paper * (255 - opacity_of_it) + 127) / 255);
  }
  std::uint8_t grey(std::size_t pixel) const noexcept {
    const std::uint8_t* p = at(pixel);
    const std::uint8_t level = raster.channels >= 3 ? luma(Rgb{p[0], p[1], p[2]}) : p[0];
    return over_paper(level, opacity(pixel));
  }
  Rgb colour(std::size_t pixel) const noexcept {
    const std::uint8_t* p = at(pixel);
    const int alpha = opacity(pixel);
    if (raster.channels < 3) return {grey(pixel), grey(pixel), grey(pixel)};
    return {over_paper(p[0], alpha), over_paper(p[1], alpha), over_paper(p[2], alpha)};
  }
};

/// Black when everything that can be seen is so light that white paper would hide it, and something is left out: white
/// ink on nothing, as drawing programs export it. Else white.
inline int paper_below(const Raster& raster) {
  constexpr int light = 224;
  PixelReader reader{raster};
  if (!reader.has_opacity()) return 255;
  bool seen = false;
  bool left_out = false;
  const auto pixels = static_cast<std::size_t>(raster.width * raster.height);
  for (std::size_t i = 0; i < pixels; ++i) {
    if (reader.grey(i) < light) return 255;
    seen = seen || reader.opacity(i) > 255 - 32;
    left_out = left_out || reader.opacity(i) < 32;
  }
  return seen && left_out ? 0 : 255;
}

INKLING_INLINE GreyImage grey_of(const Raster& raster) {
  const PixelReader reader{raster, paper_below(raster)};
  GreyImage image(raster.width, raster.height);
  for (std::size_t i = 0; i < image.values().size(); ++i) image.values()[i] = reader.grey(i);
  return upright(std::move(image), raster.orientation);
}

INKLING_INLINE double variance_of(const GreyImage& image) {
  double sum = 0;
  double squares = 0;
  for (const std::uint8_t value : image.values()) {
    sum += value;
    squares += value * value;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, image.values().size()));
  return squares / count - sum / count * (sum / count);
}

using ColourVector = std::array<double, 3>;

/// Means of the colours, and how they vary together.
struct ColourMoments {
  ColourVector mean{};
  std::array<ColourVector, 3> covariance{};
};

inline ColourMoments moments_of(const PixelReader& reader, std::size_t pixels) {
  ColourMoments moments;
  for (std::size_t i = 0; i < pixels; ++i) {
    const Rgb colour = reader.colour(i);
    for (std::size_t a = 0; a < 3; ++a) {
      moments.mean[a] += colour[a];
      for (std::size_t b = 0; b < 3; ++b) moments.covariance[a][b] += colour[a] * colour[b];
    }
  }
  const auto count = static_cast<double>(pixels);
  for (double& mean : moments.mean) mean /= count;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b < 3; ++b) {
      moments.covariance[a][b] = moments.covariance[a][b] / count - moments.mean[a] * moments.mean[b];
    }
  }
  return moments;
}

/// The eigenvector of the largest eigenvalue, of length 1, and that value: by powers of the matrix.
inline std::pair<ColourVector, double> principal_component(const std::array<ColourVector, 3>& matrix) {
  std::size_t widest = 0;
  for (std::size_t a = 1; a < 3; ++a) widest = matrix[a][a] > matrix[widest][widest] ? a : widest;
  ColourVector axis = matrix[widest];
  double value = 0;
  for (int round = 0; round < 50; ++round) {
    const double length = std::sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
    if (!(length > 0)) return {ColourVector{}, 0};
    value = length;
    ColourVector next{};
    for (std::size_t a = 0; a < 3; ++a) axis[a] /= length;
    for (std::size_t a = 0; a < 3; ++a) {
      for (std::size_t b = 0; b < 3; ++b) next[a] += matrix[a][b] * axis[b];
    }
    axis = next;
  }
  const double length = std::sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
  for (double& part : axis) part /= length > 0 ? length : 1;
  return {axis, std::max(value, length)};
}

INKLING_INLINE std::optional<GreyImage> grey_by_colour(const Raster& raster, double brightness_variance) {
  constexpr double least_variance = 64;   // noise of a camera's colours has less
  constexpr double largest_share = 0.03;  // of brightness; it is a third where only brightness differs
  if (raster.channels < 3 || raster.samples.empty()) return std::nullopt;
  const PixelReader reader{raster, paper_below(raster)};
  const auto pixels = static_cast<std::size_t>(raster.width * raster.height);
  const ColourMoments moments = moments_of(reader, pixels);
  const auto [axis, variance] = principal_component(moments.covariance);
  if (variance < least_variance || brightness_variance > largest_share * variance) return std::nullopt;
  const auto along = [&, axis = axis](std::size_t pixel) {
    const Rgb colour = reader.colour(pixel);
    double place = 0;
    for (std::size_t c = 0; c < 3; ++c) place += axis[c] * (colour[c] - moments.mean[c]);
    return place;
  };
  double least = 0;
  double most = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    const double place = along(i);
    least = std::min(least, place);
    most = std::max(most, place);
  }
  const bool light_above = most < -least;  // the mean, at 0, lies near the side of most pixels
  GreyImage image(raster.width, raster.height);
  for (std::size_t i = 0; i < pixels; ++i) {
    const double place = along(i);
    const double share = (light_above ? place - least : most - place) / (most - least);
    image.values()[i] = static_cast<std::uint8_t>(std::lround(255 * share));
  }
  return upright(std::move(image), raster.orientation);
}

INKLING_INLINE RgbImage colour_of(const Raster& raster) {
  const PixelReader reader{raster, paper_below(raster)};
  RgbImage image(raster.width, raster.height);
  for (std::size_t i = 0; i < image.values().size(); ++i) image.values()[i] = reader.colour(i);
  return upright(std::move(image), raster.orientation);
}

INKLING_INLINE Resolution upright_resolution(const Raster& raster) noexcept {
  const Resolution& stored = raster.resolution;
  return raster.orientation >= 5 ? Resolution{stored.y, stored.x} : stored;
}

}  // namespace inkling::inline INKLING_ABI::detail
