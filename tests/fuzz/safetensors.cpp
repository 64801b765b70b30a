#include <inkling/io/safetensors/safetensors.hpp>

#include "fuzz_target.hpp"

/// What can be read can be written, and is then read as the same.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file = inkling::read_safetensors(std::as_bytes(std::span(data, size)), "input");
    const auto again = inkling::read_safetensors(inkling::safetensors_bytes(file), "output");
    inkling::fuzz::expect(file.metadata == again.metadata && file.tensors.size() == again.tensors.size());
    for (const auto& [name, tensor] : file.tensors) {
      const inkling::Tensor& other = again.tensors.at(name);
      inkling::fuzz::expect(tensor.dtype == other.dtype && tensor.dims == other.dims && tensor.bytes == other.bytes);
    }
  } catch (const inkling::Error&) {
  }
  return 0;
}
