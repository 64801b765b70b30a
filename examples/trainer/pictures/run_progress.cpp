#include "pictures/run_progress.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iostream>
#include <unistd.h>
#include <utility>

namespace {

std::string bar(double share) {
  constexpr int width = 24;
  const int full = static_cast<int>(width * share);
  std::string text = "[";
  for (int i = 0; i < width; ++i) text += i < full ? "█" : "·";
  return text + "]";
}

std::string duration(double seconds) {
  if (seconds < 100) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 6000) return fmt::format("{:.0f} min", std::ceil(seconds / 60));
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

RunProgress::RunProgress(std::string unit) : unit_(std::move(unit)), terminal_(isatty(STDERR_FILENO) != 0) {}

RunProgress::~RunProgress() {
  if (bar_shown_) std::cerr << std::endl;
}

void RunProgress::show(std::size_t files, std::size_t all, std::size_t units) {
  const Clock::time_point now = Clock::now();
  const std::chrono::duration<double> since_shown = now - shown_;
  const bool last = files == all;
  if (since_shown.count() < (terminal_ ? 0.1 : 10) && !last) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double share = all == 0 ? 1 : static_cast<double>(files) / static_cast<double>(all);
  std::string text = fmt::format("{} {}, {}/{} files, {:.2f} {}/s", units, unit_, files, all,
                                 seconds > 0 ? static_cast<double>(units) / seconds : 0, unit_);
  if (!last && files > 0) text += ", " + duration(seconds / share - seconds) + " left";
  if (terminal_) {
    std::cerr << "\r" << bar(share) << " " << text << "\x1b[K" << std::flush;
    bar_shown_ = true;
  } else {
    std::cerr << "inkling: " << text << std::endl;
  }
}

void RunProgress::say(const std::string& line) {
  std::cerr << (bar_shown_ ? "\r\x1b[K" : "") << "inkling: " << line << std::endl;
  bar_shown_ = false;
}
