#pragma once

#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/picture/bounding_box.hpp>
#include <inkling/picture/components.hpp>
#include <inkling/picture/grey_image.hpp>
#include <inkling/picture/resize.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

/// Lines of writing made from the characters of a data set, so that their text is known.
namespace inkling::test {

struct ComposeOptions {
  double least_gap = -2;  // pixels between the boxes of neighbours, before the line is scaled
  double most_gap = 12;
  double least_scale = 0.8;
  double most_scale = 3;
  double most_slant = 0.3;  // columns to the right for each row up, or to the left
  double most_noise = 10;   // standard deviation in grey levels
  bool ruled = true;        // a printed line below, or through the feet
};

struct ComposedLine {
  GreyImage picture;  // dark on light
  std::string text;
  bool touching = false;  // two neighbours are one connected part
};

/// One line from the images of a data set. Nothing but the generator decides.
inline ComposedLine compose_line(const Dataset& characters, const std::vector<Index>& samples,
                                 const ComposeOptions& options, Rng& rng) {
  const auto uniform = [&](double low, double high) { return low + (high - low) * static_cast<double>(rng.uniform()); };
  const Index side = characters.image_shape().height;
  constexpr Index margin = 16;
  const Index height = side + 2 * margin;
  FloatImage ink(static_cast<Index>(samples.size()) * (side + 14) + 2 * margin, height);
  ComposedLine line;
  double at = margin;
  Index end = margin;
  Image<std::uint8_t> before(ink.width(), height);
  for (const Index sample : samples) {
    const auto pixels = characters.image(sample);
    const GreyImage image(side, side, {pixels.begin(), pixels.end()});
    const Box box = bounding_box<std::uint8_t>(image, 64).value();
    const auto left = static_cast<Index>(std::lround(at)) - static_cast<Index>(box.x);
    const Index top = margin + static_cast<Index>(std::lround(uniform(-2, 2)));
    Image<std::uint8_t> both = before;
    for (Index y = 0; y < side; ++y) {
      for (Index x = 0; x < side; ++x) {
        if (image(x, y) == 0 || left + x < 0) continue;
        float& target = ink(left + x, top + y);
        target = std::max(target, static_cast<float>(image(x, y)) / 255);
        if (image(x, y) > 127) both(left + x, top + y) = 1;
      }
    }
    // Neighbours touch when adding the character made no further part of those that it has alone.
    Image<std::uint8_t> alone(side, side);
    for (Index i = 0; i < side * side; ++i) alone(i % side, i / side) = image(i % side, i / side) > 127;
    const std::size_t parts = connected_components(alone).parts.size() + connected_components(before).parts.size();
    line.touching = line.touching || connected_components(both).parts.size() < parts;
    before = std::move(both);
    line.text += characters.class_names()[static_cast<std::size_t>(characters.label(sample))];
    end = left + static_cast<Index>(box.x + box.width);
    at = static_cast<double>(end) + uniform(options.least_gap, options.most_gap);
  }

  if (options.ruled && rng.uniform() < 0.5F) {
    const Index row = margin + side - 2 + static_cast<Index>(rng.below(6));
    const double tilt = uniform(-0.01, 0.01);
    for (Index x = 0; x < ink.width(); ++x) {
      const double centre = static_cast<double>(row) + tilt * static_cast<double>(x - ink.width() / 2);
      for (Index y = 0; y < height; ++y) {
        const double cover = std::clamp(1.25 - std::abs(static_cast<double>(y) + 0.5 - centre), 0.0, 1.0);
        ink(x, y) = std::max(ink(x, y), static_cast<float>(0.8 * cover));
      }
    }
  }

  const double scale = uniform(options.least_scale, options.most_scale);
  const double slant = uniform(-options.most_slant, options.most_slant);
  const auto width = static_cast<double>(end + margin);
  FloatImage sheared(end + margin, height);
  for (Index y = 0; y < height; ++y) {
    const double shift = slant * (static_cast<double>(height) / 2 - static_cast<double>(y));
    const auto whole = static_cast<Index>(std::floor(shift));
    const auto share = static_cast<float>(shift - static_cast<double>(whole));
    const auto value = [&](Index x) { return x >= 0 && x < ink.width() ? ink(x, y) : 0.0F; };
    for (Index x = 0; x < sheared.width(); ++x) {
      sheared(x, y) = (1 - share) * value(x - whole) + share * value(x - whole - 1);
    }
  }
  const auto scaled = [&](double length) { return static_cast<Index>(std::lround(length * scale)); };
  const FloatImage large =
      resize(sheared, {0, 0, width, static_cast<double>(height)}, scaled(width), scaled(static_cast<double>(height)));
  const double noise = uniform(0, options.most_noise);
  const double paper = uniform(170, 250);
  const double strength = uniform(0.5, 0.95);
  const double light_across = uniform(-25, 25);
  const double light_down = uniform(-10, 10);
  line.picture = GreyImage(large.width(), large.height());
  for (Index y = 0; y < large.height(); ++y) {
    for (Index x = 0; x < large.width(); ++x) {
      const double light = paper + light_across * (static_cast<double>(x) / static_cast<double>(large.width()) - 0.5) +
                           light_down * (static_cast<double>(y) / static_cast<double>(large.height()) - 0.5);
      const double value = light * (1 - strength * static_cast<double>(std::clamp(large(x, y), 0.0F, 1.0F))) +
                           noise * static_cast<double>(rng.normal());
      line.picture(x, y) = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
    }
  }
  return line;
}

/// `count` numbers of samples below `size`.
inline std::vector<Index> draw_samples(Index count, Index size, Rng& rng) {
  std::vector<Index> samples;
  for (Index i = 0; i < count; ++i) samples.push_back(static_cast<Index>(rng.below(static_cast<std::uint32_t>(size))));
  return samples;
}

}  // namespace inkling::test
