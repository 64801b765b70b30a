#pragma once

#include <string>

#include "tuning/plan.hpp"

/// A row for each setting, the best first: mean and standard deviation of the accuracy over its runs, their number, and
/// the images that they were measured on, together. Requires: all results are there.
std::string tuning_table(const TuningPlan& plan, const TuningResults& results);

/// The place in plan.settings of the setting with the highest mean; of equal ones the first.
std::size_t best_setting(const TuningPlan& plan, const TuningResults& results);
