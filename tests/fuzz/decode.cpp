#include <inkling/codec/decode.hpp>

#include "fuzz_target.hpp"

/// Files of either format as they come. Small limits: what they bound does not depend on their size.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const inkling::DecodeLimits limits{.bytes = 1 << 16, .side = 128, .pixels = 1 << 14, .memory = 1 << 20};
  try {
    const inkling::GreyImage image = inkling::decode_image({data, size}, limits);
    inkling::fuzz::expect(!image.empty() && image.width() <= limits.side && image.height() <= limits.side);
  } catch (const inkling::Error&) {
  }
  return 0;
}
