#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layers/batch_norm.hpp>
#include <inkling/nn/layers/conv2d.hpp>
#include <inkling/nn/layers/dense.hpp>
#include <inkling/nn/layers/depthwise_conv2d.hpp>
#include <inkling/nn/layers/dropout.hpp>
#include <inkling/nn/layers/flatten.hpp>
#include <inkling/nn/layers/global_average_pool.hpp>
#include <inkling/nn/layers/max_pool2d.hpp>
#include <inkling/nn/layers/relu.hpp>
#include <inkling/nn/layers/residual.hpp>
#include <inkling/nn/layers/sigmoid.hpp>
#include <inkling/nn/layers/squeeze_excite.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace inkling::inline INKLING_ABI::nn {

/// Makes layers from their kind and options: how a model file becomes a network. A program that has layers of its own
/// adds them to a copy of standard() and hands it to load_model.
class LayerRegistry {
 public:
  /// Every layer of the library.
  static LayerRegistry standard();

  /// `kind` is what L::kind() returns; L needs `static L from_options(const nlohmann::json&)`, with the registry as a
  /// second argument when it holds other layers. Replaces an earlier one.
  template <typename L>
  void add(std::string kind) {
    factories_[std::move(kind)] = [](const nlohmann::json& options, const LayerRegistry& registry) {
      if constexpr (requires { L::from_options(options, registry); }) {
        return std::unique_ptr<Layer>(std::make_unique<L>(L::from_options(options, registry)));
      } else {
        return std::unique_ptr<Layer>(std::make_unique<L>(L::from_options(options)));
      }
    };
  }

  /// An unbuilt layer. Throws FormatError for an unknown kind and for options that the layer refuses.
  std::unique_ptr<Layer> make(std::string_view kind, const nlohmann::json& options) const;

 private:
  using Factory = std::function<std::unique_ptr<Layer>(const nlohmann::json&, const LayerRegistry&)>;
  std::map<std::string, Factory, std::less<>> factories_;
};

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layer_registry.ipp>
#endif
