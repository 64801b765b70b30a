#pragma once

#include <inkling/core/config.hpp>
#include <inkling/nn/layer.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::nn {

/// Makes layers from their kind and options: how a model file becomes a network. A program that has layers of its own
/// adds them to a copy of standard() and hands it to load_model.
class LayerRegistry final : public LayerFactory {
 public:
  /// Every layer of the library.
  static LayerRegistry standard();

  /// `kind` is what L::kind() returns; L needs `static L from_options(const StageOptions&)`, with a const
  /// LayerFactory& as a second argument when it holds other layers. Replaces an earlier one.
  template <typename L>
  void add(std::string kind) {
    add(std::move(kind), [](const StageOptions& options, const LayerRegistry& registry) {
      if constexpr (requires { L::from_options(options, registry); }) {
        return std::unique_ptr<Layer>(std::make_unique<L>(L::from_options(options, registry)));
      } else {
        return std::unique_ptr<Layer>(std::make_unique<L>(L::from_options(options)));
      }
    });
  }

  /// An unbuilt layer. Throws FormatError for an unknown kind and for options that the layer refuses.
  std::unique_ptr<Layer> make(std::string_view kind, const StageOptions& options) const override;

 private:
  using Factory = std::unique_ptr<Layer> (*)(const StageOptions&, const LayerRegistry&);
  struct Entry {
    std::string kind;
    Factory make;
  };

  void add(std::string kind, Factory make);

  std::vector<Entry> entries_;  // in the order of their kinds
};

}  // namespace inkling::inline INKLING_ABI::nn

#ifndef INKLING_COMPILED
#include <inkling/nn/layer_registry.ipp>
#endif
