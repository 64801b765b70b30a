#include <inkling/io/model/model_file.hpp>

#include "fuzz_target.hpp"

/// Loading computes the scores of the self-test, so that a model that loads has also worked.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto model = inkling::load_model(std::as_bytes(std::span(data, size)), "input");
    const inkling::Pixels image = inkling::Pixels::Constant(model->input_shape().size(), 1, 255);
    inkling::fuzz::expect(model->probabilities(image, 1).rows() == model->num_classes());
  } catch (const inkling::Error&) {
  }
  return 0;
}
