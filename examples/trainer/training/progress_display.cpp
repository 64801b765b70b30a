#include "training/progress_display.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <unistd.h>
#include <utility>

namespace {

using inkling::Index;
using inkling::Progress;

std::string bar(const Progress& progress) {
  constexpr Index width = 24;
  const Index full = std::clamp<Index>(width * progress.step / std::max<Index>(1, progress.steps), 0, width);
  std::string text = "[";
  for (Index i = 0; i < width; ++i) text += i < full ? "█" : "·";
  return text + "]";
}

std::string measures(const Progress& progress) {
  std::string text;
  if (progress.loss) text += fmt::format("  loss {:.4f}", *progress.loss);
  if (progress.accuracy) text += fmt::format("  accuracy {:.2f} %", 100 * *progress.accuracy);
  if (progress.validation_accuracy) text += fmt::format("  validation {:.2f} %", 100 * *progress.validation_accuracy);
  return text;
}

std::string time_left(const Progress& progress) {
  const double each = progress.seconds / static_cast<double>(std::max<Index>(1, progress.step));
  return fmt::format(", {:.0f} s left", std::ceil(each * static_cast<double>(progress.steps - progress.step)));
}

}  // namespace

ProgressDisplay::ProgressDisplay(std::string name, std::string step)
    : name_(std::move(name)), step_(std::move(step)), terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressDisplay::~ProgressDisplay() {
  if (line_open_) std::cerr << std::endl;
}

void ProgressDisplay::show(const Progress& progress) {
  const std::string count = step_ + " " + std::to_string(progress.step) + "/" + std::to_string(progress.steps);
  const std::string time = fmt::format("  {:.1f} s", progress.seconds);
  if (terminal_) {
    std::cerr << "\r" << name_ << "  " << bar(progress) << " " << count << measures(progress) << time
              << time_left(progress) << "\x1b[K" << std::flush;
    line_open_ = true;
    return;
  }
  const Index tenth = 10 * progress.step / std::max<Index>(1, progress.steps);
  if (step_ != "epoch" && tenth == logged_tenth_) return;
  logged_tenth_ = tenth;
  std::cerr << name_ << "  " << count << measures(progress) << time << std::endl;
}
