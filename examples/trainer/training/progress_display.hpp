#pragma once

#include <inkling/core/progress.hpp>

#include <string>

/// Shows how a training run goes on, on stderr: one line that is redrawn on a terminal, plain lines elsewhere.
class ProgressDisplay {
 public:
  /// `name` begins every line; `step` is what one step is called: "epoch".
  ProgressDisplay(std::string name, std::string step);
  ~ProgressDisplay();
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  void show(const inkling::Progress& progress);

 private:
  std::string name_;
  std::string step_;
  bool terminal_;
  bool line_open_ = false;
  inkling::Index logged_tenth_ = 0;  // of the run; more lines than ten are written for epochs only
};
