#include "tuning/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>

#include "text/with_commas.hpp"

namespace {

struct Summary {
  std::size_t setting = 0;
  double mean = 0;
  double deviation = 0;         // of the runs, with n - 1
  inkling::Index held_out = 0;  // images, of all runs
};

Summary summarise(std::size_t setting, std::span<const std::optional<TuningResult>> results) {
  Summary summary{.setting = setting};
  const auto count = static_cast<double>(results.size());
  for (const auto& result : results) {
    summary.mean += result->accuracy() / count;
    summary.held_out += result->held_out;
  }
  for (const auto& result : results) {
    const double difference = result->accuracy() - summary.mean;
    summary.deviation += difference * difference / (count - 1);  // there are two folds at least
  }
  summary.deviation = std::sqrt(summary.deviation);
  return summary;
}

/// The best first.
std::vector<Summary> summaries(const TuningPlan& plan, const TuningResults& results) {
  std::vector<Summary> all;
  for (std::size_t s = 0; s < plan.settings.size(); ++s) {
    all.push_back(summarise(s, std::span(results).subspan(s * plan.runs_each(), plan.runs_each())));
  }
  std::stable_sort(all.begin(), all.end(), [](const Summary& a, const Summary& b) { return a.mean > b.mean; });
  return all;
}

constexpr std::size_t narrowest = 8;

}  // namespace

std::string tuning_table(const TuningPlan& plan, const TuningResults& results) {
  std::string text;
  for (const auto& [name, value] : plan.settings.front()) {
    text += fmt::format("{:<{}}  ", name, std::max(narrowest, name.size()));
  }
  text += fmt::format("{:>10}  {:>10}  {:>5}  {:>10}\n", "accuracy", "deviation", "runs", "images");
  for (const Summary& summary : summaries(plan, results)) {
    for (const auto& [name, value] : plan.settings[summary.setting]) {
      text += fmt::format("{:<{}}  ", show(value), std::max(narrowest, name.size()));
    }
    text += fmt::format("{:>8.2f} %  {:>8.2f} %  {:>5}  {:>10}\n", 100 * summary.mean, 100 * summary.deviation,
                        plan.runs_each(), with_commas(summary.held_out));
  }
  return text;
}

std::size_t best_setting(const TuningPlan& plan, const TuningResults& results) {
  return summaries(plan, results).front().setting;
}
