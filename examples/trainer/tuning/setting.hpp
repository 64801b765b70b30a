#pragma once

#include <inkling/recipes.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What some options of `inkling train` are set to: {"c", 0.3}. Without a value the option is not given.
using Setting = std::vector<std::pair<std::string, std::optional<double>>>;

/// All combinations of what the texts list, each "name=value,value,...", where a value is a number or "default"; those
/// of the last text vary fastest. Throws UsageError for a name that is no option of this model's training, or there
/// twice, and for values that cannot be.
std::vector<Setting> parse_settings(const std::vector<std::string>& texts, inkling::ModelKind kind);

void apply(const Setting& setting, inkling::RecipeOptions& recipe);

/// "0.3" or "default"
std::string show(const std::optional<double>& value);

/// "c=0.3, epochs=default"; "the recipe" when nothing is set.
std::string describe(const Setting& setting);
