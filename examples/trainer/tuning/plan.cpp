#include "tuning/plan.hpp"

#include <inkling/core/error.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace {

using Json = nlohmann::ordered_json;
using inkling::FormatError;
using inkling::Index;

Json to_json(const Setting& setting) {
  Json json = Json::object();
  for (const auto& [name, value] : setting) json[name] = value ? Json(*value) : Json(nullptr);
  return json;
}

[[noreturn]] void refuse(const char* name, const Json& expected, const Json& got) {
  const auto text = [](const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); };
  throw FormatError(fmt::format("a run of another tuning: {} is {}, expected {}", name, text(got), text(expected)));
}

/// The place of a row's value among those that the plan has.
template <typename T, typename ToJson>
std::size_t find(const std::vector<T>& values, const Json& row, const char* name, const ToJson& to_json_of) {
  Json all = Json::array();
  for (const T& value : values) all.push_back(to_json_of(value));
  const auto found = std::find(all.begin(), all.end(), row.at(name));
  if (found == all.end()) refuse(name, all.size() == 1 ? all.front() : Json{{"one of", all}}, row.at(name));
  return static_cast<std::size_t>(found - all.begin());
}

std::size_t number_of(const TuningPlan& plan, const Json& row) {
  const auto same = [&](const char* name, const Json& expected) {
    if (row.at(name) != expected) refuse(name, expected, row.at(name));
  };
  same("model", plan.model);
  same("data", plan.data);
  same("folds", plan.folds);
  const std::size_t setting = find(plan.settings, row, "setting", to_json);
  const std::size_t seed = find(plan.seeds, row, "seed", [](std::uint64_t value) { return Json(value); });
  const auto fold = row.at("fold").get<Index>();
  if (fold < 1 || fold > plan.folds) throw FormatError(fmt::format("fold {} of {}", fold, plan.folds));
  return (setting * plan.seeds.size() + seed) * static_cast<std::size_t>(plan.folds) +
         static_cast<std::size_t>(fold - 1);
}

TuningResult result_of(const Json& row) {
  const TuningResult result{.images = row.at("images").get<Index>(),
                            .held_out = row.at("held_out").get<Index>(),
                            .right = row.at("right").get<Index>(),
                            .seconds = row.at("seconds").get<double>()};
  if (result.held_out < 1 || result.right < 0 || result.right > result.held_out) {
    throw FormatError(fmt::format("{} right of {}", result.right, result.held_out));
  }
  return result;
}

}  // namespace

TuningRun TuningPlan::run(std::size_t number) const {
  const std::size_t each = number % runs_each();
  const auto k = static_cast<std::size_t>(folds);
  return {.setting = number / runs_each(), .seed = seeds[each / k], .fold = static_cast<Index>(each % k)};
}

std::string tuning_row(const TuningPlan& plan, std::size_t number, const TuningResult& result) {
  const TuningRun run = plan.run(number);
  const Json row{{"model", plan.model},      {"data", plan.data},
                 {"folds", plan.folds},      {"setting", to_json(plan.settings[run.setting])},
                 {"seed", run.seed},         {"fold", run.fold + 1},
                 {"images", result.images},  {"held_out", result.held_out},
                 {"right", result.right},    {"accuracy", result.accuracy()},
                 {"seconds", result.seconds}};
  return row.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_tuning_row(const TuningPlan& plan, const std::string& row, TuningResults& results) {
  try {
    const Json json = Json::parse(row);
    std::optional<TuningResult>& result = results[number_of(plan, json)];
    const TuningResult told = result_of(json);
    if (!result) result = told;
  } catch (const nlohmann::json::exception& error) {
    throw FormatError(std::string("expected the row of a run: ") + error.what());
  }
}
