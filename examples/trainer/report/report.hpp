#pragma once

#include <string>

#include "report/comparison.hpp"

/// report.html: one page that needs nothing else, neither files nor network.
std::string report_html(const Comparison& comparison);
