#pragma once

#include <inkling/core/error.hpp>
#include <inkling/nn/layer_list.hpp>
#include <inkling/nn/layer_registry.hpp>

#include <algorithm>

namespace inkling::inline INKLING_ABI::nn {

namespace detail {

template <template <typename> class... L>
LayerRegistry registry_of(LayerList<L...>) {
  LayerRegistry registry;
  (registry.add<L<float>>(std::string(L<float>::name)), ...);
  return registry;
}

}  // namespace detail

INKLING_INLINE LayerRegistry LayerRegistry::standard() {
  return detail::registry_of(AllLayers());
}

INKLING_INLINE void LayerRegistry::add(std::string kind, Factory factory) {
  const auto at =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.kind >= kind; });
  if (at != entries_.end() && at->kind == kind) {
    at->make = factory;
  } else {
    entries_.insert(at, {std::move(kind), factory});
  }
}

INKLING_INLINE std::unique_ptr<Layer> LayerRegistry::make(std::string_view kind, const StageOptions& options) const {
  for (const Entry& entry : entries_) {
    if (entry.kind != kind) continue;
    try {
      return entry.make(options, *this);
    } catch (const Error& error) {
      throw FormatError("layer \"" + entry.kind + "\": " + error.what());
    }
  }
  std::string known;
  for (const Entry& entry : entries_) known += (known.empty() ? "" : ", ") + entry.kind;
  throw FormatError("unknown layer \"" + std::string(kind) + "\", expected one of " + known);
}

}  // namespace inkling::inline INKLING_ABI::nn
