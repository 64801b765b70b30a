#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>
#include <inkling/io/safetensors/safetensors.hpp>
#include <inkling/nn/network.hpp>

#include <map>
#include <string>

/// Weights that were trained in PyTorch.
namespace inkling::inline INKLING_ABI {

struct StateDictOptions {
  /// The modules by the numbers of their layers, where they are called otherwise: {"0", "conv1"}. A module that is not
  /// named has the number of its layer, as in nn.Sequential. A layer within a residual block is "3.0".
  std::map<std::string, std::string> modules = {};
};

/// The network with the weights of a PyTorch state dict, saved as safetensors, of the same architecture:
///
///     safetensors.torch.save_file(model.state_dict(), "weights.safetensors")                   # Python
///     const nn::Network network = with_state_dict(layers, read_safetensors("weights.safetensors"));
///
/// Linear, Conv2d (groups 1, or as many as channels) and BatchNorm; weights are put into the order of ours, also those
/// after Flatten, for which PyTorch has the channel slowest. num_batches_tracked is left out of account. The network
/// takes bytes as p / 255.
///
/// Throws FormatError that names the tensor when one is missing, has other dimensions, is not finite or has no place.
nn::Network with_state_dict(nn::Network network, const Safetensors& file, const StateDictOptions& options = {});

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/io/model/state_dict.ipp>
#endif
