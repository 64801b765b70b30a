#include <inkling/io/onnx/load_onnx.hpp>

#include "fuzz_target.hpp"

/// What loads also works, as far as it is small.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto model = inkling::load_onnx(std::as_bytes(std::span(data, size)), "input");
    constexpr inkling::Index most = 4096;
    if (model.input_shape().size() > most) return 0;
    const inkling::Pixels image = inkling::Pixels::Constant(model.input_shape().size(), 1, 255);
    inkling::fuzz::expect(model.scores(image, 1).rows() == model.num_classes());
  } catch (const inkling::Error&) {
  }
  return 0;
}
