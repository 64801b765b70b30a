#pragma once

#include <inkling/core/rng.hpp>
#include <inkling/io/model/detail/self_test.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

/// Scores may differ by this share of the largest one: other processors add the same numbers in another order.
inline constexpr float self_test_tolerance = 1e-3F;

INKLING_INLINE Pixels made_up_images(Index pixels) {
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

INKLING_INLINE void add_self_test(const Classifier& model, const Pixels& images,
                                  std::map<std::string, Tensor>& tensors) {
  add_self_test(model.input_shape(), images, model.scores(images, 1), tensors);
}

INKLING_INLINE void add_self_test(const Shape& image, const Pixels& images, const Matrix& scores,
                                  std::map<std::string, Tensor>& tensors) {
  require<ValueError>(scores.allFinite(), "save_model: the model gives scores that are not finite");
  tensors[self_test_input] = make_tensor<std::uint8_t>({images.cols(), image.height, image.width, image.channels},
                                                       {images.data(), static_cast<std::size_t>(images.size())});
  tensors[self_test_scores] =
      make_tensor<float>({images.cols(), scores.rows()}, {scores.data(), static_cast<std::size_t>(scores.size())});
}

INKLING_INLINE SelfTest take_self_test(const ModelInfo& info, TensorReader& tensors) {
  Pixels images = take_self_test_images(info.input_shape, tensors);
  const Index count = images.cols();
  return {std::move(images), take_self_test_scores(count, static_cast<Index>(info.class_names.size()), tensors)};
}

INKLING_INLINE Pixels take_self_test_images(const Shape& image, TensorReader& tensors) {
  const std::vector<Index>& dims = tensors.dims(self_test_input);
  if (dims.empty() || dims[0] == 0) throw FormatError("the self-test has no image");
  const Index count = dims[0];
  const auto pixels = tensors.take<std::uint8_t>(self_test_input, {count, image.height, image.width, image.channels});
  return Eigen::Map<const Pixels>(pixels.data(), image.size(), count);
}

INKLING_INLINE Matrix take_self_test_scores(Index images, Index scores, TensorReader& tensors,
                                            const std::string& name) {
  const auto values = tensors.take_finite(name, {images, scores});
  return Eigen::Map<const Matrix>(values.data(), scores, images);
}

INKLING_INLINE void check_self_test(const SelfTest& test, const Classifier& model, float slack) {
  compare_self_test(model.scores(test.images, 1), test.scores, slack);
}

INKLING_INLINE void compare_self_test(const Matrix& scores, const Matrix& stored, float slack) {
  const float worst = (scores - stored).cwiseAbs().maxCoeff<Eigen::PropagateNaN>();
  const float allowed = self_test_tolerance * stored.cwiseAbs().maxCoeff() + slack;
  if (!(worst <= allowed)) {
    throw FormatError("the self-test failed: scores differ by " + number_text(worst) + " from those stored, " +
                      number_text(allowed) + " is allowed");
  }
}

}  // namespace inkling::inline INKLING_ABI::detail
