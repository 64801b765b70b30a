#pragma once

#include <string>
#include <string_view>

/// The text with the characters that mean something to HTML replaced.
std::string escape_html(std::string_view text);
