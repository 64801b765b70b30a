#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/forest/detail/gathered_columns.hpp>
#include <inkling/forest/detail/packed_samples.hpp>
#include <inkling/forest/detail/split.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

using namespace inkling;
using forest::detail::GatheredColumns;
using forest::detail::PackedSamples;
using forest::detail::Sample;

TEST_CASE("Columns that are gathered hold the bytes of the node's samples, however many there is room for") {
  Rng rng(3);
  Pixels bytes(70, 300);
  for (auto& byte : bytes.reshaped()) byte = static_cast<std::uint8_t>(rng.below(256));
  PackedSamples data(70);
  data.set_chunk(0, bytes, 1);
  const std::vector<std::uint16_t> features{69, 0, 64, 13, 7};
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < 300; row += row % 7 + 1) rows.push_back(row);
  for (const Index room : {0, 200, 700, 1 << 20}) {
    CAPTURE(room);
    GatheredColumns columns(room);
    for (const std::size_t size : {rows.size(), std::size_t{5}, std::size_t{1}}) {
      std::vector<Sample> samples;
      for (const std::uint32_t row : std::span(rows).last(size)) samples.push_back({row, 0, 1});
      const std::vector<Sample> before = samples;
      columns.start_node(samples);
      for (std::size_t f = 0; f < features.size(); ++f) {
        const std::uint8_t* const column = columns.column(data, std::span(features).subspan(f));
        for (std::size_t i = 0; i < size; ++i) {
          REQUIRE(column[samples[i].row] == bytes(features[f], before[i].row));
        }
      }
      std::ranges::reverse(samples);
      const std::uint16_t again = features[1];
      const std::uint8_t* const column = columns.column(data, {&again, 1});
      for (std::size_t i = 0; i < size; ++i) {
        REQUIRE(column[samples[i].row] == bytes(again, before[size - 1 - i].row));
      }
      columns.end_node(samples);
      for (std::size_t i = 0; i < size; ++i) CHECK(samples[i].row == before[size - 1 - i].row);
    }
  }
}
