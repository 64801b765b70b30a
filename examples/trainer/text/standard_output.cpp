#include "text/standard_output.hpp"

#include <cerrno>
#include <iostream>
#include <string>
#include <system_error>

void print(std::string_view text) {
  errno = 0;
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
  finish_output();
}

void finish_output() {
  std::cout.flush();
  if (std::cout) return;
  const std::string reason = errno == 0 ? "" : ": " + std::generic_category().message(errno);
  throw OutputError("cannot write to the standard output" + reason);
}
