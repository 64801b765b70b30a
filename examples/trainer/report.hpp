#pragma once

#include <string>

#include "comparison.hpp"

/// report.html: one page that needs nothing else, neither files nor network.
std::string report_html(const Comparison& comparison);
