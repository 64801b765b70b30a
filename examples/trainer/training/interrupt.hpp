#pragma once

/// While it lives, Ctrl-C is a request to stop that can be asked for; a second Ctrl-C ends the process as usual.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const noexcept;
};
