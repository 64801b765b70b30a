#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/forest/random_forest.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/io/safetensors/storage.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/model/architecture.hpp>
#include <inkling/model/classifier.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

/// Random forests as tensors, and back.
///
///     tree.nodes       U32 [trees]   nodes of each tree
///     node.is_split    bits, eight a byte, the lowest first: 1 a split, 0 a leaf
///     split.feature    16 bits for each split: the byte that it looks at
///     split.threshold  8 bits for each split: bytes <= threshold go left
///     leaf.classes     16 bits for each leaf: how many classes it holds
///     leaf.class       16 bits for each class of each leaf
///     leaf.count       16 bits for each class of each leaf that holds several
///     bins.count       U8 [features]  of a forest of plain features: how many cuts each has
///     bins.cut         F32 [cuts]     those of all features (see QuantileBins)
///
/// Those without a type are U8 [bytes], compressed by zlib. Numbers of 16 bits are all their low bytes, then all their
/// high bytes. Trees follow one another, and so do splits and leaves in the order of the nodes. The children of a split
/// stand side by side. Where is not stored: taking the root, then always the left children's subtree before the right
/// one's, each split's pair gets the next two places of its tree.
namespace inkling::inline INKLING_ABI::detail {

Architecture architecture_of(const RandomForest& forest);

/// A forest holds integers: every storage keeps them.
const RandomForest& stored_model(const RandomForest& forest, Storage);

/// By how much scores may differ on another processor: one that rounds a gradient to another byte can turn the votes of
/// a few trees.
float score_slack(const Classifier& model);

void add_tensors(const RandomForest& forest, Storage, std::map<std::string, Tensor>& tensors);

std::unique_ptr<RandomForest> decode_forest(const Shape& input, std::vector<std::string> class_names,
                                            const Architecture& architecture, TensorReader& tensors);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/model/detail/forest_codec.ipp>
#endif
