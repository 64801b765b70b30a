#include <inkling/core/collective.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/dataset.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/forest/detail/packed_samples.hpp>
#include <inkling/forest/detail/training_data.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "thread_ranks.hpp"

using namespace inkling;
using forest::detail::PackedSamples;
using forest::detail::TrainingData;

namespace {

Dataset random_bytes(Index samples, Index features) {
  Rng rng(3);
  Pixels pixels(features, samples);
  for (auto& pixel : pixels.reshaped()) pixel = static_cast<std::uint8_t>(rng.below(256));
  return Dataset({1, 1, features}, std::move(pixels), std::vector<Label>(static_cast<std::size_t>(samples)), {"a"});
}

}  // namespace

TEST_CASE("Small data is held in either order, large data once and without its zeros") {
  Pixels pixels = random_bytes(100, 30).pixels();
  for (Index i = 0; i < 100; ++i) pixels.col(i).head(i % 30).setZero();
  const Dataset dataset({1, 1, 30}, pixels, std::vector<Label>(100), {"a"});
  const TrainingData packed(dataset, {}, 1, 2999);
  const TrainingData twice(dataset, {}, 1, 3000);
  CHECK_FALSE(packed.holds_columns());
  // A word of bits and a place of four bytes a sample, the bytes that are not 0, and one more.
  CHECK(packed.held_bytes() == 100 * (8 + 4) + (pixels.array() != 0).count() + 1);
  CHECK(twice.holds_columns());
  CHECK(twice.held_bytes() == 6000);
  CHECK(Eigen::Map<const Pixels>(twice.columns(), 100, 30) == pixels.transpose());
  std::vector<std::uint8_t> unpacked(30);
  for (Index i = 0; i < 100; ++i) {
    for (const TrainingData* data : {&packed, &twice}) {
      const std::uint8_t* const bytes = data->sample(i, unpacked.data());
      CHECK(std::equal(bytes, bytes + 30, pixels.col(i).data()));
    }
  }
  // The gradients of the data that the shipped forest learned from are held twice, those of all of EMNIST packed.
  CHECK(Index{192'946} * 1440 <= TrainingData::most_held_twice);
  CHECK(Index{697'932} * 1440 > TrainingData::most_held_twice);
}

TEST_CASE("Packed samples are copied as columns, whichever and however many") {
  const Index chunk = PackedSamples::chunk_samples;
  const Dataset dataset = random_bytes(chunk + 100, 130);
  const TrainingData packed(dataset, {}, 1, 0);
  for (const Index count : {1, 63, 64, 65, 200}) {
    const auto row_of = [&](Index i) { return (chunk - 100 + i * 37) % dataset.size(); };
    Pixels columns = Pixels::Constant(count + 3, 130, 7);
    packed.copy_columns(count, row_of, columns.data(), count + 3);
    for (Index i = 0; i < count; ++i) CHECK(columns.row(i).transpose() == dataset.pixels(row_of(i), 1));
    CHECK((columns.bottomRows(3).array() == 7).all());
  }
}

TEST_CASE("What is known of each feature does not depend on threads, nor on how the data is held") {
  Pixels pixels = random_bytes(1500, 9).pixels();
  pixels.row(2).setConstant(77);
  pixels.row(5).setZero();
  pixels.row(7) = pixels.row(7).cwiseMin(200);
  const Dataset dataset({1, 1, 9}, pixels, std::vector<Label>(1500), {"a"});
  for (const int threads : {1, 3}) {
    for (const Index held_twice : {Index{0}, TrainingData::most_held_twice}) {
      const TrainingData data(dataset, {}, threads, held_twice);
      CHECK(data.varying_features() == std::vector<std::uint16_t>{0, 1, 3, 4, 6, 7, 8});
      for (std::uint16_t f = 0; f < 9; ++f) CHECK(data.highest(f) == pixels.row(f).maxCoeff());
    }
  }
}

TEST_CASE("Gradients are those of the images, however they are held") {
  const Dataset pixels = random_bytes(70, 196);
  const Dataset images({14, 14, 1}, pixels.pixels(), pixels.labels(), pixels.class_names());
  const std::optional<Hog> hog(std::in_place, images.image_shape(), HogOptions{});
  const Pixels gradients = hog->byte_features(images.pixels(), 1);
  std::vector<std::uint8_t> unpacked(static_cast<std::size_t>(hog->size()));
  for (const Index held_twice : {Index{0}, TrainingData::most_held_twice}) {
    const TrainingData data(images, hog, 2, held_twice);
    REQUIRE(data.num_features() == hog->size());
    for (Index i = 0; i < 70; ++i) {
      const std::uint8_t* const bytes = data.sample(i, unpacked.data());
      CHECK(std::equal(bytes, bytes + hog->size(), gradients.col(i).data()));
    }
    ThreadRanks(3).run([&](Collective& ranks, int) {
      const TrainingData shared(images, hog, 1, held_twice, &ranks);
      std::vector<std::uint8_t> own(static_cast<std::size_t>(hog->size()));
      for (Index i = 0; i < 70; ++i) {
        const std::uint8_t* const bytes = shared.sample(i, own.data());
        CHECK(std::equal(bytes, bytes + hog->size(), gradients.col(i).data()));
      }
      CHECK(shared.varying_features() == data.varying_features());
    });
  }
}
