#include "operations/cpu_budget.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sched.h>
#include <string>

namespace inkling::server {
namespace {

std::optional<double> parse_positive(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(value > 0) || !std::isfinite(value)) return {};
  return value;
}

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

std::optional<double> parse_cpu_max(std::string_view text) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return {};
  const auto quota = parse_positive(text.substr(0, space));
  const auto period = parse_positive(text.substr(space + 1));
  if (!quota || !period) return {};
  return *quota / *period;
}

int cpu_budget(int cores, std::optional<double> quota, std::optional<double> plan) {
  double budget = cores;
  for (const std::optional<double> limit : {quota, plan}) budget = std::min(budget, limit.value_or(budget));
  return std::max(1, static_cast<int>(std::ceil(budget)));
}

int cpu_budget() {
  std::string quota;
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::getline(file, quota);
  const char* plan = std::getenv("RENDER_CPU_COUNT");
  return cpu_budget(available_cores(), parse_cpu_max(quota), parse_positive(plan == nullptr ? "" : plan));
}

}  // namespace inkling::server
