#pragma once

#include <inkling/core/config.hpp>
#include <inkling/features/hog.hpp>
#include <inkling/io/onnx/detail/graph.hpp>

/// Histograms of oriented gradients as operators of ONNX.
namespace inkling::inline INKLING_ABI::detail {

/// Appends what Hog::features does: from [n, 1, height, width], values 0 .. 1, to [n, features].
void append_hog(OnnxGraph& graph, const Hog& hog);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/onnx/detail/hog.ipp>
#endif
