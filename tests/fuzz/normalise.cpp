#include <inkling/normalise/normalise.hpp>

#include <algorithm>
#include <vector>

#include "fuzz_target.hpp"

/// A picture from two bytes of size, one of magnification, and pixels that repeat until the picture is full. Most are
/// small, to be quick; the magnified ones can be large enough to be reduced first.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  inkling::fuzz::Bytes bytes(data, size);
  const inkling::Index width = bytes.take() % 72;
  const inkling::Index height = bytes.take() % 72;
  const inkling::Index factor = bytes.take() == 255 ? 8 : 1;
  const auto pixels = bytes.rest();
  inkling::GreyImage image(width * factor, height * factor);
  for (inkling::Index y = 0; y < image.height(); ++y) {
    for (inkling::Index x = 0; x < image.width(); ++x) {
      const auto i = static_cast<std::size_t>(y / factor * width + x / factor);
      image(x, y) = pixels.empty() ? 0 : pixels[i % pixels.size()];
    }
  }
  try {
    const inkling::GreyImage result = inkling::normalise(image);
    inkling::fuzz::expect(result.width() == 28 && result.height() == 28);
    inkling::fuzz::expect(*std::max_element(result.values().begin(), result.values().end()) == 255);
  } catch (const inkling::NoInkError&) {
  }
  return 0;
}
