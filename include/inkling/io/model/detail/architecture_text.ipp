#pragma once

#include <inkling/core/error.hpp>
#include <inkling/io/detail/json.hpp>
#include <inkling/io/model/detail/architecture_text.hpp>
#include <inkling/io/safetensors/safetensors.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace inkling::inline INKLING_ABI::detail {

inline std::string option_text(const StageOption& option) {
  switch (option.kind()) {
    case StageOption::Kind::boolean:
      return option.boolean() ? "true" : "false";
    case StageOption::Kind::integer:
      return std::to_string(option.integer());
    case StageOption::Kind::real:
      return json_text(option.real());
    case StageOption::Kind::text:
      return json_text(option.text());
    case StageOption::Kind::integers:
      return to_string(option.integers());
    default:
      return architecture_text(option.stages());
  }
}

INKLING_INLINE std::string architecture_text(const Architecture& architecture) {
  std::string text = "[";
  for (const Stage& stage : architecture) {
    text.append(text.size() > 1 ? "," : "")
        .append(R"({"kind":)")
        .append(json_text(stage.kind))
        .append(R"(,"options":{)");
    bool first = true;
    for (const StageOptions::Entry& option : stage.options.entries()) {
      text.append(std::exchange(first, false) ? "" : ",").append(json_text(option.name)).append(":");
      text.append(option_text(option.value));
    }
    text.append("}}");
  }
  return text += ']';
}

inline Architecture architecture_of(const Json& list);

/// A whole number that fits an Index, else nothing.
inline std::optional<Index> integer_of(const Json& json) {
  constexpr std::uint64_t most = std::numeric_limits<Index>::max();
  const bool whole = json.kind == Json::Kind::number && json.number.kind != JsonNumber::Kind::real;
  if (!whole || json.number.magnitude > most) return std::nullopt;
  const auto magnitude = static_cast<Index>(json.number.magnitude);
  return json.number.kind == JsonNumber::Kind::negative ? -magnitude : magnitude;
}

/// A list of whole numbers, or of stages.
inline StageOption list_option(const std::string& name, const Json& list) {
  std::vector<Index> integers;
  for (const Json& element : list.elements) {
    if (const auto integer = integer_of(element)) integers.push_back(*integer);
  }
  if (integers.empty()) return architecture_of(list);
  if (integers.size() == list.elements.size()) return integers;
  throw FormatError("option \"" + name + "\" has the wrong type: a list of several types");
}

inline StageOption option_of(const std::string& name, const Json& json) {
  if (json.kind == Json::Kind::boolean) return json.boolean;
  if (json.kind == Json::Kind::string) return json.string;
  if (json.kind == Json::Kind::array) return list_option(name, json);
  if (json.kind != Json::Kind::number) throw FormatError("option \"" + name + "\" has the wrong type");
  if (const auto integer = integer_of(json)) return *integer;
  return json.number.value;
}

inline Stage stage_of(const Json& json) {
  const Json* const kind = json.find("kind");
  const Json* const options = json.find("options");
  if (kind == nullptr) throw FormatError("expected an option \"kind\" of a stage of the architecture");
  if (!kind->is_string()) throw FormatError("option \"kind\" has the wrong type");
  if (options == nullptr) throw FormatError("expected an option \"options\" of \"" + kind->string + '"');
  if (options->kind != Json::Kind::object) throw FormatError("option \"options\" has the wrong type");
  Stage stage{kind->string, {}};
  for (const auto& [name, value] : options->members) stage.options.set(name, option_of(name, value));
  return stage;
}

inline Architecture architecture_of(const Json& list) {
  Architecture architecture;
  for (const Json& stage : list.elements) architecture.push_back(stage_of(stage));
  return architecture;
}

INKLING_INLINE Architecture parse_architecture(const std::string& text) {
  const Json list = parse_json(text);
  if (list.kind != Json::Kind::array) throw FormatError("expected a list of layers or features as architecture");
  return architecture_of(list);
}

}  // namespace inkling::inline INKLING_ABI::detail
