#pragma once

#include <inkling/core/config.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/model/classifier.hpp>
#include <inkling/svm/linear_svm.hpp>

#include <filesystem>
#include <string>

/// Export to ONNX (https://onnx.ai): opset 13, and ai.onnx.ml 1 for forests.
///
/// Input "image": float [n, channels, height, width], pixels 0 (paper) to 255 (ink), as in Pixels; of a forest of plain
/// features, those. Outputs: "scores", float [n, classes], what Classifier::scores gives; "probabilities", likewise;
/// "label", string [n], the name of the best class.
namespace inkling::inline INKLING_ABI {

struct OnnxOptions {
  bool only_scores = false;  // for tools that know no text, such as OpenCV
};

/// The bytes of an .onnx file. metadata_props holds "kind" and "class_names" (a JSON array).
/// Throws ValueError for a model that is not this library's, and for a layer that has no counterpart in ONNX.
std::string onnx_bytes(const Classifier& model, const OnnxOptions& options = {});

/// Writes onnx_bytes to a file, all or nothing. Throws as onnx_bytes and write_atomically do.
void export_onnx(const Classifier& model, const std::filesystem::path& path, const OnnxOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/onnx.ipp>
#endif
