#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/error.hpp>

#include <nlohmann/json.hpp>

#include <concepts>
#include <string>

namespace inkling::inline INKLING_ABI::nn {

/// One option of a layer from the JSON that BasicLayer::options() wrote.
/// Throws FormatError when it is missing or of another type.
template <typename T>
T option(const nlohmann::json& options, const char* name) {
  const auto found = options.is_object() ? options.find(name) : options.end();
  if (found == options.end())
    throw FormatError(std::string("expected an option \"") + name + "\", got " + options.dump());
  // nlohmann-json would cut 5.5 down to 5.
  const bool rounds = std::integral<T> && found->is_number_float();
  try {
    if (!rounds) return found->get<T>();
  } catch (const nlohmann::json::exception&) {
  }
  throw FormatError(std::string("option \"") + name + "\" has the wrong type: " + found->dump());
}

/// The value of `choices` whose to_string() is the text of the option.
/// Throws FormatError when there is none.
template <typename Enum, std::size_t count>
Enum option(const nlohmann::json& options, const char* name, const Enum (&choices)[count]) {
  const auto text = option<std::string>(options, name);
  for (const Enum choice : choices) {
    if (text == to_string(choice)) return choice;
  }
  throw FormatError(std::string("option \"") + name + "\" has the unknown value \"" + text + "\"");
}

}  // namespace inkling::inline INKLING_ABI::nn
