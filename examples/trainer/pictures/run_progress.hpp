#pragma once

#include <chrono>
#include <cstddef>
#include <string>

/// Shows how a run goes on, on stderr: a bar with units per second and the time left on a terminal, a line now and then
/// elsewhere. Says nothing about what was read. Not for several threads at once.
class RunProgress {
 public:
  /// unit: what is counted beside files, such as "pages".
  explicit RunProgress(std::string unit);
  ~RunProgress();
  RunProgress(const RunProgress&) = delete;
  RunProgress& operator=(const RunProgress&) = delete;

  /// `files` of `all` are done, with so many units.
  void show(std::size_t files, std::size_t all, std::size_t units);
  /// A line about one of them, above the bar.
  void say(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;

  std::string unit_;
  bool terminal_;
  bool bar_shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};
