#include "tuning/setting.hpp"

#include <inkling/core/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>
#include <string_view>
#include <system_error>

#include "options/usage_error.hpp"

namespace {

using inkling::Index;
using inkling::ModelKind;
using inkling::RecipeOptions;

/// An option of `inkling train` that decides what is learned.
struct Option {
  std::string_view name;
  bool whole;                   // takes whole numbers from 1 on
  std::optional<ModelKind> of;  // the model that has it; none: all have
  void (*set)(RecipeOptions& options, double value);
};

constexpr std::array options{
    Option{"c", false, ModelKind::svm, [](RecipeOptions& to, double value) { to.c = value; }},
    Option{"epochs", true, {}, [](RecipeOptions& to, double value) { to.epochs = static_cast<Index>(value); }},
    Option{"found-ink", false, {}, [](RecipeOptions& to, double value) { to.found_ink = value; }},
    Option{"max-leaves", true, ModelKind::forest,
           [](RecipeOptions& to, double value) { to.max_leaves = static_cast<Index>(value); }},
};

const Option& find_option(std::string_view name, ModelKind kind) {
  std::string names;
  for (const Option& option : options) {
    if (option.of && *option.of != kind) continue;
    if (option.name == name) return option;
    names += (names.empty() ? "" : ", ") + std::string(option.name);
  }
  throw UsageError(fmt::format("--set {}: expected one of {} for {}", name, names, inkling::model_name(kind)));
}

std::optional<double> parse_value(const Option& option, const std::string& text) {
  if (text == "default") return std::nullopt;
  const std::string where = fmt::format("--set {}: ", option.name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw UsageError(where + "expected numbers or default, with commas between them, got '" + text + "'");
  }
  if (option.whole && (value < 1 || value > 1e6 || value != std::floor(value))) {
    throw UsageError(where + "expected a whole number from 1 to 1000000, got " + text);
  }
  try {
    RecipeOptions recipe;
    option.set(recipe, value);
    recipe.check();
  } catch (const inkling::ValueError& refused) {
    throw UsageError(where + refused.what());
  }
  return value;
}

std::vector<std::optional<double>> parse_values(const Option& option, const std::string& text) {
  std::vector<std::optional<double>> values;
  std::istringstream rest(text + ',');
  for (std::string part; std::getline(rest, part, ',');) {
    values.push_back(parse_value(option, part));
    if (std::count(values.begin(), values.end(), values.back()) > 1) {
      throw UsageError(fmt::format("--set {}: {} is there twice", option.name, show(values.back())));
    }
  }
  return values;
}

}  // namespace

std::vector<Setting> parse_settings(const std::vector<std::string>& texts, ModelKind kind) {
  std::vector<Setting> settings{{}};
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) throw UsageError("--set: expected name=values, got '" + text + "'");
    const Option& option = find_option(text.substr(0, equals), kind);
    const std::vector<std::optional<double>> values = parse_values(option, text.substr(equals + 1));
    std::vector<Setting> more;
    for (const Setting& setting : settings) {
      for (const auto& [name, value] : setting) {
        if (name == option.name) throw UsageError(fmt::format("--set {}: it is there twice", name));
      }
      for (const std::optional<double>& value : values) {
        more.push_back(setting);
        more.back().emplace_back(option.name, value);
      }
    }
    settings = std::move(more);
  }
  return settings;
}

void apply(const Setting& setting, RecipeOptions& recipe) {
  for (const auto& [name, value] : setting) {
    for (const Option& option : options) {
      if (value && option.name == name) option.set(recipe, *value);
    }
  }
}

std::string show(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "default";
}

std::string describe(const Setting& setting) {
  std::string text;
  for (const auto& [name, value] : setting) text += (text.empty() ? "" : ", ") + name + "=" + show(value);
  return text.empty() ? "the recipe" : text;
}
