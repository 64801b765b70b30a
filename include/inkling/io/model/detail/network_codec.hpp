#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/core/shape.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/io/safetensors/storage.hpp>
#include <inkling/io/safetensors/tensor_reader.hpp>
#include <inkling/model/architecture.hpp>
#include <inkling/nn/layer_registry.hpp>
#include <inkling/nn/network.hpp>
#include <inkling/nn/network_classifier.hpp>

#include <map>
#include <string>

/// Networks as JSON and tensors, and back.
namespace inkling::inline INKLING_ABI::detail {

/// [{"kind": "conv2d", "options": {...}}, ...]
Architecture architecture_of(const nn::Network& network);

/// The network with the values that are left after it is stored. Throws ValueError for a value that cannot be.
nn::Network stored_network(nn::Network network, Storage storage);

/// Adds a tensor for each parameter, or two: `prefix` and its name. `network` as it was before it was rounded to what
/// is stored.
void add_tensors(const nn::Network& network, Storage storage, const std::string& prefix,
                 std::map<std::string, Tensor>& tensors);

/// Sets every parameter from the tensor that add_tensors wrote.
void take_parameters(nn::Network& network, const std::string& prefix, TensorReader& tensors);

/// Builds what architecture_of and add_tensors wrote. Throws an Error.
nn::Network decode_network(const Shape& input, const Architecture& architecture, const nn::LayerRegistry& registry,
                           const std::string& prefix, TensorReader& tensors);

/// A small file may describe layers that put out much. Throws FormatError when the self-test, of so many images, would
/// take far more memory than the file has bytes.
void require_activations_fit(const nn::Network& network, Index images, std::size_t file_bytes);

Architecture architecture_of(const nn::NetworkClassifier& model);

/// The classifier with the numbers that are left after it is stored. Throws ValueError for a number that cannot be.
nn::NetworkClassifier stored_model(const nn::NetworkClassifier& model, Storage storage);

void add_tensors(const nn::NetworkClassifier& model, Storage storage, std::map<std::string, Tensor>& tensors);

}  // namespace inkling::inline INKLING_ABI::detail

#ifndef INKLING_COMPILED
#include <inkling/io/model/detail/network_codec.ipp>
#endif
