#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/matrix.hpp>
#include <inkling/nn/network.hpp>

#include <span>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// The largest value that each ReLU of the network puts out for these inputs (input_shape().size() x n), in order: what
/// fuse_int8 has to know. Some thousand inputs of the kind that it will see are enough.
std::vector<float> activation_ranges(const Network& network, const ConstMatrixRef<float>& inputs);

/// As fuse, with weights rounded to 8 bits (-127 to 127, a step for each output) and activations to bytes (0 to 255,
/// a step for each layer); sums are whole numbers of 32 bits. A quarter of the memory; faster than fuse where one
/// instruction multiplies four bytes (kernels::int8_is_fast). The same bits everywhere.
///
/// Inputs lie from 0 to 1, and are rounded to 255ths: bytes as they are. `ranges` come from activation_ranges; larger
/// values are cut off at them.
///
/// Throws ValueError unless the network is a chain of convolutions and dense layers, each but the last followed by a
/// ReLU (a batch norm may come between) and perhaps one max pooling, with flattening and dropout where they do not part
/// those; for a layer of more than 65,000 weights an output, and unless `ranges` has a number above 0 for each ReLU.
Network fuse_int8(const Network& network, std::span<const float> ranges);

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/inference/int8.ipp>
#endif
