#pragma once

#include <inkling/model/charset.hpp>

#include <CLI/App.hpp>

#include <string>

/// Adds --charset.
void add_charset_option(CLI::App& command, std::string& charset);

/// Throws UsageError.
inkling::CharSet parse_charset(const std::string& charset);
