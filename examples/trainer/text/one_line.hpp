#pragma once

#include <string>
#include <string_view>

/// The name of a file as it stands in a line of output: what would end the line or a field, steer a terminal, or is not
/// UTF-8, is written as \t, \n, \r or \xNN.
std::string one_line(std::string_view name);
