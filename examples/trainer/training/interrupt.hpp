#pragma once

#include <stdexcept>

/// A command that Ctrl-C ended. It ends with status 130, as a shell expects of it.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// While it lives, Ctrl-C is a request to stop that can be asked for; a second Ctrl-C ends the process as usual.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const noexcept;
};
