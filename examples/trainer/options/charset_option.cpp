#include "options/charset_option.hpp"

#include <CLI/Option.hpp>

#include "options/usage_error.hpp"

void add_charset_option(CLI::App& command, std::string& charset) {
  command
      .add_option("--charset", charset, "leave out other candidates: digits, upper, lower, letters, all or e.g. 0-9A-F")
      ->type_name("SET");
}

inkling::CharSet parse_charset(const std::string& charset) {
  try {
    return inkling::CharSet::parse(charset);
  } catch (const inkling::ValueError& error) {
    throw UsageError(std::string("--charset: ") + error.what());
  }
}
