#pragma once

#include <inkling/core/collective.hpp>

#include <stdexcept>

/// A command that Ctrl-C ended. It ends with status 130, as a shell expects of it.
struct Interrupted : std::runtime_error {
  using std::runtime_error::runtime_error;
  static constexpr int status = 130;  // 128 and the number of SIGINT
};

/// While it lives, Ctrl-C is a request to stop that can be asked for; a second Ctrl-C ends the process as usual.
class Interrupt {
 public:
  /// With several ranks SIGTERM is such a request, too, for that is what mpirun of Open MPI makes of Ctrl-C; and only
  /// rank 0 says that it stops.
  explicit Interrupt(const inkling::Collective* ranks = nullptr);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool requested() const noexcept;
};
