#include <inkling/data/dataset.hpp>
#include <inkling/data/emnist.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/normalise/normalise.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <vector>

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
