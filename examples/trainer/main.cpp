#include <inkling/version.hpp>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <exception>
#include <iostream>
#include <string>

#include "commands/commands.hpp"
#include "options/usage_error.hpp"

namespace {

constexpr int failed = 1;
constexpr int wrong_usage = 2;

std::string version_text() {
  const auto& v = inkling::version;
  return "inkling " + std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
}

int run(int argc, char** argv) {
  CLI::App app("Learns to read handwriting.", "inkling");
  app.require_subcommand(1);
  app.set_version_flag("--version", version_text());
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "inkling: " + std::string(error.what()) + " (see inkling --help)\n";
  });
  add_train(app);
  add_compare(app);
  add_evaluate(app);
  add_predict(app);
  add_read(app);
  add_export(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& error) {  // said already
    return error.get_exit_code();
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) try { return run(argc, argv); } catch (const UsageError& error) {
  std::cerr << "inkling: " << error.what() << std::endl;
  return wrong_usage;
} catch (const std::exception& error) {
  std::cerr << "inkling: " << error.what() << std::endl;
  return failed;
}
