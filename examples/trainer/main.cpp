#include <inkling/core/instruction_set.hpp>
#include <inkling/nn/kernels/bf16.hpp>
#include <inkling/nn/kernels/int8.hpp>
#include <inkling/version.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <csignal>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include "commands/commands.hpp"
#include "heap.hpp"
#include "options/usage_error.hpp"
#include "text/one_line.hpp"
#include "text/standard_output.hpp"
#include "training/interrupt.hpp"

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

/// What networks compute in here, and why not in what is smaller.
std::string number_types() {
  namespace kernels = inkling::nn::kernels;
  return fmt::format("networks compute in floats{}; never in bfloat16, which {}",
                     kernels::int8_is_fast ? ", or in bytes where their file says so" : "",
                     kernels::bf16_is_fast ? "some CPUs with AVX512_BF16 are slower in" : "would be slower");
}

std::string version_text() {
  const auto& v = inkling::version;
  return fmt::format("inkling {}.{}.{} ({})\n{}", v.major, v.minor, v.patch, inkling::instruction_set, number_types());
}

int run(int argc, char** argv) {
  CLI::App app("Learns to read handwriting.", "inkling");
  app.require_subcommand(1);
  app.set_version_flag("--version", version_text());
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "inkling: " + std::string(error.what()) + " (see inkling --help)\n";
  });
  add_train(app);
  add_tune(app);
  add_adapt(app);
  add_compare(app);
  add_evaluate(app);
  add_predict(app);
  add_read(app);
  add_lines(app);
  add_export(app);
  add_form(app);
  int status = 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& error) {  // said already
    status = error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    status = app.exit(error) == 0 ? 0 : wrong_usage;
  }
  finish_output();  // the help, too
  return status;
}

void complain(const std::exception& error) {
  std::cerr << "inkling: " << one_line(error.what()) << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
  prepare_heap();
  std::signal(SIGPIPE, SIG_IGN);  // a pipe that nobody reads is an error like a full disk
  return run(argc, argv);
} catch (const UsageError& error) {
  complain(error);
  return wrong_usage;
} catch (const Interrupted& error) {
  complain(error);
  return Interrupted::status;
} catch (const std::bad_alloc&) {
  std::cerr << "inkling: there is not enough memory, or a limit (ulimit -v) allows no more" << std::endl;
  return failed;
} catch (const std::exception& error) {
  complain(error);
  return failed;
}
