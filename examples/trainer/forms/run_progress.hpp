#pragma once

#include <chrono>
#include <cstddef>
#include <string>

/// Shows how a run goes on, on stderr: a bar with pages per second and the time left on a terminal, a line now and then
/// elsewhere. Says nothing about what was read. Not for several threads at once.
class RunProgress {
 public:
  RunProgress();
  ~RunProgress();
  RunProgress(const RunProgress&) = delete;
  RunProgress& operator=(const RunProgress&) = delete;

  /// `files` of `all` are done, with so many pages.
  void show(std::size_t files, std::size_t all, std::size_t pages);
  /// A line about a page, above the bar.
  void say(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;

  bool terminal_;
  bool bar_shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};
