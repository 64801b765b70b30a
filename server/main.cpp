#include <inkling/core/error.hpp>
#include <inkling/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <pthread.h>
#include <signal.h>
#include <string>
#include <thread>

#include "cpu_budget.hpp"
#include "http_server.hpp"
#include "service.hpp"

namespace {

namespace fs = std::filesystem;
using namespace inkling::server;

constexpr int failure = 1;
constexpr int wrong_usage = 2;

std::string version_line() {
  const auto [major, minor, patch] = inkling::version;
  return "inkling-server " + std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

/// ./models, else what stands beside the program: models, or ../share/inkling/models once installed.
fs::path default_models_folder() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const fs::path& folder : {program / "models", program / "../share/inkling/models"}) {
    if (!fs::is_directory("models", error) && fs::is_directory(folder, error)) return folder.lexically_normal();
  }
  return "models";
}

Recogniser load(const fs::path& folder) {
  ModelSet models = load_models(folder);
  for (const RefusedModel& model : models.refused) {
    std::cerr << "inkling-server: model " << model.name << " is not used: " << model.reason << '\n';
  }
  if (models.loaded.empty()) throw inkling::Error("no usable model (*.safetensors) in the folder " + folder.string());
  return Recogniser(std::move(models));
}

/// SIGTERM and SIGINT as an event that a thread waits for, never as an interruption. The constructor must run before
/// any other thread begins, so that all of them leave the signals alone.
class StopSignals {
 public:
  StopSignals() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGTERM);
    ::sigaddset(&signals_, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  void wait() const {
    int signal = 0;
    ::sigwait(&signals_, &signal);
  }

 private:
  sigset_t signals_{};
};

void serve(const HttpServerOptions& options, const fs::path& folder) {
  const StopSignals stop_signals;
  const Recogniser recogniser = load(folder);
  const Service service(recogniser);
  HttpServer server(options, [&service](const Request& request) { return service.answer(request); });

  std::cout << "inkling-server: http://" << options.host << ':' << server.port() << " with";
  for (const Model& model : recogniser.models().loaded) std::cout << ' ' << model.name;
  std::cout << std::endl;

  std::jthread waiter([&] {
    stop_signals.wait();
    server.stop();
  });
  try {
    server.run();
  } catch (...) {
    ::pthread_kill(waiter.native_handle(), SIGTERM);  // nobody else will wake it
    throw;
  }
}

}  // namespace

int main(int argc, char** argv) {
  HttpServerOptions options{.threads = cpu_budget()};
  fs::path models = default_models_folder();

  CLI::App app("Serves the Inkling page and POST /predict.", "inkling-server");
  app.add_option("--host", options.host, "Address to listen on; 0.0.0.0 for every network")->capture_default_str();
  app.add_option("--port", options.port, "Port to listen on; 0 for any free one")
      ->capture_default_str()
      ->envname("PORT")
      ->check(CLI::Range(0, 65535));
  app.add_option("--models", models, "Folder of the models, *.safetensors")->capture_default_str();
  app.set_version_flag("--version", version_line());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }

  try {
    serve(options, models);
  } catch (const std::exception& error) {
    std::cerr << "inkling-server: " << error.what() << '\n';
    return failure;
  }
  return 0;
}
