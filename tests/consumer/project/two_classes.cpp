#include <inkling/inkling.hpp>

// Two classes that one pixel tells apart: 2x2 images, pixels x samples.
inkling::Dataset two_classes(inkling::Index samples) {
  inkling::Pixels pixels = inkling::Pixels::Zero(4, samples);
  std::vector<inkling::Label> labels;
  for (inkling::Index i = 0; i < samples; ++i) {
    pixels(i % 2, i) = static_cast<std::uint8_t>(200 + i % 50);
    labels.push_back(static_cast<inkling::Label>(i % 2));
  }
  return {{2, 2, 1}, std::move(pixels), std::move(labels), {"left", "right"}};
}
