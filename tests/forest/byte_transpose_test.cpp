#include <inkling/core/rng.hpp>
#include <inkling/forest/detail/byte_transpose.hpp>

#include <doctest/doctest.h>

using namespace inkling;

TEST_CASE("transpose_samples is a transposition for every remainder, and touches nothing else") {
  Rng rng(1);
  for (const Index features : {1, 7, 8, 9, 24, 29}) {
    for (const Index count : {0, 1, 7, 8, 9, 16, 23}) {
      CAPTURE(features);
      CAPTURE(count);
      Pixels samples(features, count);
      for (Index k = 0; k < samples.size(); ++k) samples.data()[k] = static_cast<std::uint8_t>(rng.below(256));
      const Index stride = count + 3;
      Pixels target = Pixels::Constant(stride, features, 99);
      forest::detail::transpose_samples(
          count, features, [&](Index i) { return samples.col(i).data(); }, target.data(), stride);
      CHECK(target.topRows(count) == samples.transpose());
      CHECK((target.bottomRows(3).array() == 99).all());
    }
  }
}
