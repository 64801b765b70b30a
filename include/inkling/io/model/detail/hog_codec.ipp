#pragma once

#include <inkling/io/model/detail/hog_codec.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inkling::inline INKLING_ABI::detail {

inline constexpr std::array<std::pair<HogNorm, std::string_view>, 2> hog_norm_names{
    {{HogNorm::l2_hys, "l2_hys"}, {HogNorm::l1_sqrt, "l1_sqrt"}}};

inline nlohmann::json hog_json(const HogOptions& options) {
  const auto* const norm = std::find_if(hog_norm_names.begin(), hog_norm_names.end(),
                                        [&](const auto& entry) { return entry.first == options.norm; });
  const nlohmann::json values{{"cells", options.cells}, {"bins", options.bins}, {"signed", options.is_signed},
                              {"block", options.block}, {"norm", norm->second}, {"deskew", options.deskew}};
  return {{"kind", "hog"}, {"options", values}};
}

/// The inverse. Throws FormatError and nlohmann::json::exception for what hog_json does not write; Hog checks the rest.
inline HogOptions hog_options(const nlohmann::json& features) {
  const nlohmann::json& kind = features.at("kind");
  if (kind != "hog") throw FormatError("expected hog as kind of features, got " + kind.dump());
  const nlohmann::json& json = features.at("options");
  const auto name = json.at("norm").get<std::string>();
  const auto* const norm = std::find_if(hog_norm_names.begin(), hog_norm_names.end(),
                                        [&](const auto& entry) { return entry.second == name; });
  if (norm == hog_norm_names.end()) throw FormatError("expected l2_hys or l1_sqrt as norm of HOG, got \"" + name + '"');
  return {.cells = json.at("cells").get<std::vector<Index>>(),
          .bins = json.at("bins").get<Index>(),
          .is_signed = json.at("signed").get<bool>(),
          .block = json.at("block").get<Index>(),
          .norm = norm->first,
          .deskew = json.at("deskew").get<bool>()};
}

INKLING_INLINE nlohmann::json hog_architecture(const std::optional<Hog>& hog) {
  nlohmann::json architecture = nlohmann::json::array();
  if (hog) architecture.push_back(hog_json(hog->options()));
  return architecture;
}

INKLING_INLINE std::optional<HogOptions> decode_hog(const nlohmann::json& architecture) {
  if (!architecture.is_array() || architecture.size() > 1) {
    throw FormatError("expected a list of at most one kind of features as architecture, got " + architecture.dump());
  }
  if (architecture.empty()) return std::nullopt;
  return hog_options(architecture[0]);
}

}  // namespace inkling::inline INKLING_ABI::detail
