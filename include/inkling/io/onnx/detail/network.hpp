#pragma once

#include <inkling/core/config.hpp>
#include <inkling/io/onnx/detail/graph.hpp>
#include <inkling/nn/network_classifier.hpp>

/// Networks as operators of ONNX, layer by layer.
namespace inkling::inline INKLING_ABI::detail {

void append_model(OnnxGraph& graph, const nn::NetworkClassifier& model);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/detail/network.ipp>
#endif
