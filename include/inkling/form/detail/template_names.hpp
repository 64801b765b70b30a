#pragma once

#include <inkling/core/config.hpp>
#include <inkling/form/template.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <string_view>

namespace inkling::inline INKLING_ABI::form::detail {

using Json = nlohmann::ordered_json;

struct KindName {
  FieldKind kind;
  std::string_view name;
};

inline constexpr std::array<KindName, 14> kind_names{{{FieldKind::digits, "digits"},
                                                      {FieldKind::upper, "upper"},
                                                      {FieldKind::lower, "lower"},
                                                      {FieldKind::letters, "letters"},
                                                      {FieldKind::mixed, "mixed"},
                                                      {FieldKind::date, "date"},
                                                      {FieldKind::decimal, "decimal"},
                                                      {FieldKind::text, "text"},
                                                      {FieldKind::tick, "tick"},
                                                      {FieldKind::choice, "choice"},
                                                      {FieldKind::barcode, "barcode"},
                                                      {FieldKind::signature, "signature"},
                                                      {FieldKind::picture, "picture"},
                                                      {FieldKind::table, "table"}}};

struct StyleName {
  CellStyle style;
  std::string_view name;
};

inline constexpr std::array<StyleName, 5> style_names{{{CellStyle::any, "any"},
                                                       {CellStyle::boxes, "boxes"},
                                                       {CellStyle::comb, "comb"},
                                                       {CellStyle::guides, "guides"},
                                                       {CellStyle::line, "line"}}};

inline constexpr std::array<std::string_view, 3> frame_names{"picture", "page", "markers"};  // as Frame

inline std::string_view name_of_style(CellStyle style) {
  for (const StyleName& entry : style_names) {
    if (entry.style == style) return entry.name;
  }
  return "any";
}

/// A short text of any JSON, for messages.
inline std::string shown(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  constexpr std::size_t longest = 60;
  if (text.size() > longest) {
    std::size_t end = longest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;  // not within a character
    text = text.substr(0, end) + "…";
  }
  return text;
}

}  // namespace inkling::inline INKLING_ABI::form::detail
