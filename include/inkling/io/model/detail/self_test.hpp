#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/model/classifier.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// A model file holds a few images and the scores of its model. They are computed again at every load, so that a file
/// whose numbers changed, or a build of the library that computes something else, is noticed before it is used.
namespace inkling::inline INKLING_ABI::detail {

inline const std::string self_test_input = "self_test.input";    // U8 [n, height, width, channels]
inline const std::string self_test_scores = "self_test.scores";  // F32 [n, classes]

/// Scores may differ by this share of the largest one: other processors add the same numbers in another order.
inline constexpr float self_test_tolerance = 1e-3F;

/// Four images of noise, from a little ink to much.
inline Pixels made_up_images(Index pixels) {
  constexpr Index count = 4;
  Rng rng(1);
  Pixels images(pixels, count);
  for (Index i = 0; i < count; ++i) {
    for (std::uint8_t& pixel : images.col(i)) {
      pixel = static_cast<std::uint8_t>(rng.below(count) <= static_cast<std::uint32_t>(i) ? rng.below(256) : 0);
    }
  }
  return images;
}

/// Adds images and what the model makes of them.
inline void add_self_test(const Classifier& model, const Pixels& images, std::map<std::string, Tensor>& tensors) {
  const Shape& input = model.input_shape();
  const Matrix scores = model.scores(images, 1);  // classes x images
  require<ValueError>(scores.allFinite(), "save_model: the model gives scores that are not finite");
  tensors[self_test_input] = make_tensor<std::uint8_t>({images.cols(), input.height, input.width, input.channels},
                                                       {images.data(), static_cast<std::size_t>(images.size())});
  tensors[self_test_scores] = make_tensor<float>({images.cols(), model.num_classes()},
                                                 {scores.data(), static_cast<std::size_t>(scores.size())});
}

struct SelfTest {
  Pixels images;  // pixels x images
  Matrix scores;  // classes x images
};

inline SelfTest take_self_test(const ModelInfo& info, TensorReader& tensors) {
  const std::vector<Index>& dims = tensors.dims(self_test_input);
  if (dims.empty() || dims[0] == 0) throw FormatError("the self-test has no image");
  const Index count = dims[0];
  const Shape& input = info.input_shape;
  const auto classes = static_cast<Index>(info.class_names.size());
  const auto pixels = tensors.take<std::uint8_t>(self_test_input, {count, input.height, input.width, input.channels});
  const auto scores = tensors.take_finite(self_test_scores, {count, classes});
  return {Eigen::Map<const Pixels>(pixels.data(), input.size(), count),
          Eigen::Map<const Matrix>(scores.data(), classes, count)};
}

/// Throws FormatError when the model gives other scores than where it was saved. `slack`: what its scores may differ by
/// besides.
inline void check_self_test(const SelfTest& test, const Classifier& model, float slack = 0) {
  const Matrix scores = model.scores(test.images, 1);
  const float worst = (scores - test.scores).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  const float allowed = self_test_tolerance * test.scores.cwiseAbs().maxCoeff() + slack;
  if (!(worst <= allowed)) {
    throw FormatError("the self-test failed: scores differ by " + number_text(worst) + " from those stored, " +
                      number_text(allowed) + " is allowed");
  }
}

}  // namespace inkling::inline INKLING_ABI::detail
