#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/model/model_file.hpp>
#include <inkling/io/safetensors/safetensors.hpp>

#include <functional>
#include <string>

namespace inkling::test {

/// What the FormatError of loading a model says after `damage` was done to its file; empty when it loads.
inline std::string failure_after(Safetensors file, const std::function<void(Safetensors&)>& damage) {
  damage(file);
  try {
    load_model(safetensors_bytes(file), "bytes");
  } catch (const FormatError& error) {
    return error.what();
  }
  return {};
}

}  // namespace inkling::test
