#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/data/sample.hpp>
#include <inkling/io/model/familiarity_note.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/normalise/normalise.hpp>
#include <inkling/read/read_character.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

#include "pictures.hpp"

using namespace inkling;

// The pictures of others go through normalise, the images that a model was measured on do not.
TEST_CASE("the cnn that is shipped reads EMNIST's images and what normalise makes of them alike") {
  const char* shared = std::getenv("INKLING_SHARED");
  const std::filesystem::path folder =
      std::filesystem::path(shared != nullptr ? shared : INKLING_SOURCE_DIR "/../shared") / "data" / "emnist";
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: no EMNIST files below INKLING_SHARED");
    return;
  }
  const auto model = load_model(INKLING_SOURCE_DIR "/models/cnn.safetensors");
  const Dataset images = load_emnist(folder, Split::balanced, Part::test).take(1000);
  Pixels normalised(784, images.size());  // pixels x images
  for (Index i = 0; i < images.size(); ++i) {
    const GreyImage image(28, 28, {images.image(i).begin(), images.image(i).end()});
    const GreyImage again = normalise(image);
    normalised.col(i) = Eigen::Map<const Pixels>(again.row(0), 784, 1);
  }
  const std::vector<Label> expected = model->predict(images.pixels());
  const std::vector<Label> got = model->predict(normalised);
  Index same = 0;
  for (std::size_t i = 0; i < got.size(); ++i) same += got[i] == expected[i] ? 1 : 0;
  CHECK(same >= 995);
}

namespace {

/// Strokes in the unit square, dark on white.
GreyImage drawing(std::vector<test::Stroke> strokes) {
  constexpr Index side = 80;
  for (test::Stroke& stroke : strokes) {
    for (test::Point& point : stroke) point = {side * point.x, side * point.y};
  }
  return test::invert(test::draw(side, side, strokes, side * 0.05));
}

}  // namespace

TEST_CASE("the cnn that is shipped tells signs, drawings and letters from digits, and digits from them") {
  const std::filesystem::path file = INKLING_SOURCE_DIR "/models/cnn.safetensors";
  const auto model = load_model(file);
  const CharacterOptions options{.charset = CharSet::parse("digits"),
                                 .familiarity = familiarity(read_model_info(file))};
  REQUIRE(options.familiarity.has_value());
  const auto is_unfamiliar = [&](const GreyImage& picture) {
    return inkling::is_unfamiliar(read_character(picture, *model, options).familiarity);
  };
  CHECK(is_unfamiliar(drawing({{{0.5, 0.1}, {0.5, 0.9}}, {{0.1, 0.5}, {0.9, 0.5}}})));  // +
  CHECK(is_unfamiliar(drawing(
      {{{0.3, 0.1}, {0.3, 0.9}}, {{0.7, 0.1}, {0.7, 0.9}}, {{0.1, 0.3}, {0.9, 0.3}}, {{0.1, 0.7}, {0.9, 0.7}}})));  // #
  CHECK(is_unfamiliar(drawing({{{0.2, 0.9}, {0.2, 0.45}, {0.5, 0.1}, {0.8, 0.45}, {0.8, 0.9}, {0.2, 0.9}},
                               {{0.2, 0.45}, {0.8, 0.45}}})));                                        // a house
  CHECK(is_unfamiliar(drawing({{{0.1, 0.9}, {0.5, 0.1}, {0.9, 0.9}}, {{0.25, 0.6}, {0.75, 0.6}}})));  // A

  const Dataset digits = load_sample(INKLING_SOURCE_DIR "/data").second.take(500);
  Index doubted = 0;
  for (Index i = 0; i < digits.size(); ++i) {
    const auto image = digits.image(i);
    doubted += is_unfamiliar(GreyImage(28, 28, {image.begin(), image.end()})) ? 1 : 0;
  }
  CHECK(doubted <= 15);  // one in a hundred of the digits that it was measured on
}
