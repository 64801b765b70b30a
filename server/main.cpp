#include <inkling/core/error.hpp>
#include <inkling/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <map>
#include <pthread.h>
#include <signal.h>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "http/cors.hpp"
#include "http/http_server.hpp"
#include "http/listener.hpp"
#include "models/model_store.hpp"
#include "models/models.hpp"
#include "operations/cpu_budget.hpp"
#include "operations/metrics.hpp"
#include "operations/request_log.hpp"
#include "routes/service.hpp"

namespace {

namespace fs = std::filesystem;
using namespace inkling::server;

constexpr int failure = 1;
constexpr int wrong_usage = 2;
constexpr int threads_per_core = 2;  // one that waits for a model, so that there is something to gather; more cost time

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

ModelSet load(const fs::path& folder, const RequestLog& log) {
  ModelSet models = load_models(folder);
  for (const RefusedModel& model : models.refused) {
    log.warn("model " + model.name + " is not used: " + model.reason);
  }
  if (models.loaded.empty()) throw inkling::Error("no usable model (*.safetensors) in the folder " + folder.string());
  return models;
}

/// Signals as events that a thread waits for, never as interruptions. The constructor must run before any other thread
/// begins, so that all of them leave the signals alone.
class Signals {
 public:
  Signals() {
    ::sigemptyset(&signals_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals_, signal);
    ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  }
  int wait() const {
    int signal = 0;
    ::sigwait(&signals_, &signal);
    return signal;
  }

 private:
  sigset_t signals_{};
};

struct Options {
  HttpServerOptions http = {};
  fs::path models = default_models_folder();
  LogFormat log = LogFormat::json;
  std::vector<std::string> cors = {};
  int cores = cpu_budget();
};

void serve(Options options) {
  const Signals signals;
  const RequestLog log(options.log);
  Metrics metrics;
  ModelStore models(
      load(options.models, log),
      {.threads = options.cores, .observer = [&](auto model, const Batch& batch) { metrics.count(model, batch); }});
  const Service service(models, metrics);
  Handler handler =
      allow_origins(std::move(options.cors), [&](const Request& request) { return service.answer(request); });
  HttpServer server(options.http, std::move(handler), [&](const AnswerRecord& record) {
    metrics.count(record);
    log.answered(record);
  });
  metrics.watch([&] { return server.load(); });

  std::cout << "inkling-server: " << url_of(options.http.host, server.port()) << " with";
  for (const Model& model : models.current()->models().loaded) std::cout << ' ' << model.name;
  std::cout << std::endl;

  std::jthread waiter([&] {
    while (signals.wait() == SIGHUP) {
      try {
        models.replace(load(options.models, log));
      } catch (const std::exception& error) {
        log.warn(std::string("the models stay as they are: ") + error.what());
      }
    }
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
  Options options;
  options.http.threads = threads_per_core * options.cores;

  CLI::App app("Serves the Inkling page and POST /predict.", "inkling-server");
  app.add_option("--host", options.http.host, "Address to listen on; 0.0.0.0 for every network")->capture_default_str();
  app.add_option("--port", options.http.port, "Port to listen on; 0 for any free one")
      ->capture_default_str()
      ->envname("PORT")
      ->check(CLI::Range(0, 65535));
  app.add_option("--models", options.models, "Folder of the models, *.safetensors")->capture_default_str();
  const std::map<std::string, LogFormat> formats = {
      {"json", LogFormat::json}, {"text", LogFormat::text}, {"off", LogFormat::off}};
  app.add_option("--log", options.log, "A line on stderr for each request: json, text or off [json]")
      ->transform(CLI::CheckedTransformer(formats).description(""));
  app.add_option("--cors", options.cors, "An origin whose scripts may read the answers; may be given more than once");
  app.set_version_flag("--version", version_line());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }

  try {
    serve(std::move(options));
  } catch (const std::exception& error) {
    std::cerr << "inkling-server: " << error.what() << '\n';
    return failure;
  }
  return 0;
}
