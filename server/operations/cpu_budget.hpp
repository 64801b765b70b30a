#pragma once

#include <optional>
#include <string_view>

namespace inkling::server {

/// The processors that a cgroup (version 2) allows, from the text of its `cpu.max`: "150000 100000" is 1.5. Nothing
/// when there is no limit or the text is something else.
std::optional<double> parse_cpu_max(std::string_view text);

/// `cores` cut to the limits that are known, rounded up; at least 1.
int cpu_budget(int cores, std::optional<double> quota, std::optional<double> plan);

/// The threads worth starting in this process: its affinity, its container's quota, and $RENDER_CPU_COUNT, which Render
/// sets to the share of a processor that the plan pays for.
int cpu_budget();

}  // namespace inkling::server
