#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/forest/detail/packed_samples.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

using namespace inkling;
using forest::detail::PackedSamples;

namespace {

/// Of every thousand bytes so many are 0.
Pixels bytes_with_zeros(Index features, Index samples, std::uint32_t zeros) {
  Rng rng(5);
  Pixels result(features, samples);
  for (auto& byte : result.reshaped()) {
    byte = rng.below(1000) < zeros ? std::uint8_t{0} : static_cast<std::uint8_t>(1 + rng.below(255));
  }
  return result;
}

PackedSamples packed(const Pixels& samples) {
  PackedSamples result(samples.rows());
  const Index chunks = (samples.cols() + PackedSamples::chunk_samples - 1) / PackedSamples::chunk_samples;
  for (Index chunk = chunks - 1; chunk >= 0; --chunk) {
    const Index first = chunk * PackedSamples::chunk_samples;
    result.set_chunk(chunk, samples.middleCols(first, std::min(PackedSamples::chunk_samples, samples.cols() - first)),
                     2);
  }
  return result;
}

}  // namespace

TEST_CASE("Packed samples give back all of their bytes, and some of them") {
  for (const Index features : {1, 63, 64, 65, 784, 1440}) {
    for (const std::uint32_t zeros : {0U, 300U, 990U, 1000U}) {
      CAPTURE(features);
      CAPTURE(zeros);
      const Pixels samples = bytes_with_zeros(features, 40, zeros);
      const PackedSamples data = packed(samples);
      CHECK(data.size() == 40);
      std::vector<std::uint16_t> some;
      for (Index f = features % 3; f < features; f += 1 + f % 5) some.push_back(static_cast<std::uint16_t>(f));
      Pixels all(features, 1);
      Pixels gathered(3, std::ssize(some));
      for (Index i = 0; i < 40; ++i) {
        data.unpack(i, all.data());
        REQUIRE(all == samples.col(i));
        gathered.setConstant(7);
        data.gather(i, some, gathered.data() + 1, 3);
        for (Index k = 0; k < std::ssize(some); ++k) {
          REQUIRE(gathered(1, k) == samples(some[static_cast<std::size_t>(k)], i));
          REQUIRE(gathered(0, k) == 7);
        }
      }
    }
  }
}

TEST_CASE("Packed samples come in chunks, from whichever end") {
  const Pixels samples = bytes_with_zeros(9, 2 * PackedSamples::chunk_samples + 5, 500);
  const PackedSamples data = packed(samples);
  CHECK(data.size() == samples.cols());
  Pixels all(9, 1);
  for (Index i = 0; i < samples.cols(); ++i) {
    data.unpack(i, all.data());
    REQUIRE(all == samples.col(i));
  }
}

TEST_CASE("Packed samples hold a bit a feature, and the bytes that are not 0") {
  const Pixels samples = bytes_with_zeros(130, 20, 300);
  const Index places = 20 * 4;
  CHECK(packed(samples).held_bytes() == 20 * 24 + (samples.array() != 0).count() + 1 + places);
}
