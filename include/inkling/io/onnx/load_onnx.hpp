#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

/// Networks that come in from ONNX (https://onnx.ai), as PyTorch, Keras and export_onnx write them.
namespace inkling::inline INKLING_ABI {

struct OnnxLoadOptions {
  std::vector<std::string> class_names = {};  // empty: those of the file's metadata, or else "0", "1", ...
};

/// The network in the bytes of an .onnx file, as layers of ours; `source` names the bytes in errors.
///
/// The graph is a chain of Conv (square, groups 1 or one a channel, no padding or that of "same"), BatchNormalization,
/// Gemm or MatMul with Add, Relu, Sigmoid, MaxPool, GlobalAveragePool, Flatten, Reshape to two dimensions, Dropout and
/// Identity, and may end in Softmax. It takes pixels of 0 .. 1; or, if it begins by multiplying or dividing them by a
/// constant, of 0 .. 255.
///
/// Throws FormatError for bytes that are damaged, and for a graph of anything else, by the name of its node.
nn::NetworkClassifier load_onnx(std::span<const std::byte> bytes, const std::string& source,
                                const OnnxLoadOptions& options = {});

/// The same from a file. Throws FileError, too.
nn::NetworkClassifier load_onnx(const std::filesystem::path& path, const OnnxLoadOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/load_onnx.ipp>
#endif
