#pragma once

#include <inkling/nn/layer_registry.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::nn {

INKLING_INLINE auto LayerRegistry::standard() -> LayerRegistry {
  LayerRegistry registry;
  registry.add<BatchNorm>("batch_norm");
  registry.add<Conv2d>("conv2d");
  registry.add<Dense>("dense");
  registry.add<DepthwiseConv2d>("depthwise_conv2d");
  registry.add<Dropout>("dropout");
  registry.add<Flatten>("flatten");
  registry.add<GlobalAveragePool>("global_average_pool");
  registry.add<MaxPool2d>("max_pool2d");
  registry.add<Relu>("relu");
  registry.add<Residual>("residual");
  registry.add<Sigmoid>("sigmoid");
  registry.add<SqueezeExcite>("squeeze_excite");
  return registry;
}

INKLING_INLINE std::unique_ptr<Layer> LayerRegistry::make(std::string_view kind, const nlohmann::json& options) const {
  const auto found = factories_.find(kind);
  if (found == factories_.end()) {
    std::string known;
    for (const auto& [name, factory] : factories_) known += (known.empty() ? "" : ", ") + name;
    throw FormatError("unknown layer \"" + std::string(kind) + "\", expected one of " + known);
  }
  try {
    return found->second(options, *this);
  } catch (const Error& error) {
    throw FormatError("layer \"" + std::string(kind) + "\": " + error.what());
  }
}

}  // namespace inkling::inline INKLING_ABI::nn
