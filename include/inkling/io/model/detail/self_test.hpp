#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/model/model_info.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/model/classifier.hpp>

#include <map>
#include <string>

/// A model file holds a few images and the scores of its model. They are computed again at every load, so that a file
/// whose numbers changed, or a build of the library that computes something else, is noticed before it is used.
namespace inkling::inline INKLING_ABI::detail {

inline const std::string self_test_input = "self_test.input";    // U8 [n, height, width, channels]
inline const std::string self_test_scores = "self_test.scores";  // F32 [n, classes]
/// The same of the network in bytes, where the file lets it be made; see activation_ranges_note.hpp.
inline const std::string self_test_byte_scores = "self_test.byte_scores";

/// Four images of noise, from a little ink to much.
Pixels made_up_images(Index pixels);

/// Adds images and what the model makes of them. Throws ValueError for scores that are not finite.
void add_self_test(const Classifier& model, const Pixels& images, std::map<std::string, Tensor>& tensors);
void add_self_test(const Shape& image, const Pixels& images, const Matrix& scores,
                   std::map<std::string, Tensor>& tensors);

struct SelfTest {
  Pixels images;  // pixels x images
  Matrix scores;  // classes x images
};

SelfTest take_self_test(const ModelInfo& info, TensorReader& tensors);
Pixels take_self_test_images(const Shape& image, TensorReader& tensors);
Matrix take_self_test_scores(Index images, Index scores, TensorReader& tensors,
                             const std::string& name = self_test_scores);

/// Throws FormatError when the model gives other scores than where it was saved. `slack`: what its scores may differ by
/// besides.
void check_self_test(const SelfTest& test, const Classifier& model, float slack = 0);
void compare_self_test(const Matrix& scores, const Matrix& stored, float slack);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/model/detail/self_test.ipp>
#endif
