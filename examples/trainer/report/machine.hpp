#pragma once

#include <string>

/// What the figures of a run depend on.
struct Machine {
  std::string processor;
  std::string system;
  std::string compiler;
  int threads = 0;  // used
};

Machine describe_machine(int threads);
