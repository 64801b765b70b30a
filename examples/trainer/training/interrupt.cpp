#include "training/interrupt.hpp"

#include <csignal>
#include <string_view>
#include <unistd.h>

namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t interrupted = 0;
volatile std::sig_atomic_t quiet = 0;

void on_interrupt(int) {
  interrupted = 1;
  std::signal(SIGINT, SIG_DFL);
  if (quiet != 0) return;
  constexpr std::string_view text = "\ninkling: stopping soon; Ctrl-C again ends at once\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Interrupt::Interrupt(const inkling::Collective* ranks) {
  interrupted = 0;
  quiet = ranks != nullptr && ranks->rank() > 0 ? 1 : 0;
  std::signal(SIGINT, on_interrupt);
  if (ranks != nullptr && ranks->size() > 1) std::signal(SIGTERM, on_interrupt);
}

Interrupt::~Interrupt() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool Interrupt::requested() const noexcept {
  return interrupted != 0;
}
