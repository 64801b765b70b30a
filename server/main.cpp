#include <inkling/core/error.hpp>
#include <inkling/core/instruction_set.hpp>
#include <inkling/version.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <pthread.h>
#include <signal.h>
#include <string>
#include <thread>
#include <time.h>
#include <utility>
#include <vector>

#include "forms/form_store.hpp"
#include "forms/forms.hpp"
#include "http/api_keys.hpp"
#include "http/cors.hpp"
#include "http/http_server.hpp"
#include "http/listener.hpp"
#include "models/folder_watch.hpp"
#include "models/model_store.hpp"
#include "models/models.hpp"
#include "operations/cpu_budget.hpp"
#include "operations/file_bytes.hpp"
#include "operations/metrics.hpp"
#include "operations/request_log.hpp"
#include "review/review_desk.hpp"
#include "routes/inference.hpp"
#include "routes/review_routes.hpp"
#include "routes/service.hpp"

namespace {

namespace fs = std::filesystem;
using namespace inkling::server;

constexpr int failure = 1;
constexpr int wrong_usage = 2;
constexpr std::chrono::seconds look_again{1};  // at the models' files
constexpr int threads_per_core = 2;  // one that waits for a model, so that there is something to gather; more cost time

std::string version_line() {
  const auto [major, minor, patch] = inkling::version;
  return "inkling-server " + std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch) + " (" +
         std::string(inkling::instruction_set) + ')';
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
  /// The same; 0 when none came in this time.
  int wait(std::chrono::seconds time) const {
    const timespec limit{.tv_sec = time.count(), .tv_nsec = 0};
    const int signal = ::sigtimedwait(&signals_, nullptr, &limit);
    return signal > 0 ? signal : 0;
  }

 private:
  sigset_t signals_{};
};

struct Options {
  HttpServerOptions http = {};
  fs::path models = default_models_folder();
  fs::path forms = {};  // empty: none
  LogFormat log = LogFormat::json;
  std::vector<std::string> cors = {};
  int cores = cpu_budget();
  fs::path api_keys = {};  // a file; empty: everybody may ask everything
  fs::path review = {};    // a run; empty: none
  inkling::form::ReviewOptions review_options = {};
  bool watch = false;  // load the models again when their files change
};

ApiKeys read_api_keys(const fs::path& path) {
  const std::vector<char> text = inkling::server::file_bytes(path);
  try {
    return ApiKeys::parse({text.data(), text.size()});
  } catch (const inkling::ValueError& error) {
    throw inkling::ValueError(path.string() + ": " + error.what());
  }
}

/// Without a folder, no forms.
FormSet load(const fs::path& folder, const Recogniser& recogniser, const RequestLog& log) {
  if (folder.empty()) return {};
  FormSet forms = load_forms(folder, recogniser.models());
  for (const std::string& warning : forms.warnings) log.warn(warning);
  for (const RefusedForm& form : forms.refused) log.warn("form " + form.file + " is not used: " + form.reason);
  if (forms.loaded.empty()) throw inkling::Error("no usable form in the folder " + folder.string());
  return forms;
}

/// Says what went wrong, and goes on with what there is.
void attempt(const RequestLog& log, const std::string& otherwise, const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    log.warn(otherwise + error.what());
  }
}

void serve(Options options) {
  const Signals signals;
  const RequestLog log(options.log);
  Metrics metrics;
  std::optional<FolderWatch> watch;
  if (options.watch) watch.emplace(options.models);  // before they are loaded, so that no change is missed
  ModelStore models(
      load(options.models, log),
      {.threads = options.cores, .observer = [&](auto model, const Batch& batch) { metrics.count(model, batch); }});
  FormStore forms(load(options.forms, *models.current(), log));
  std::unique_ptr<ReviewDesk> desk;
  if (!options.review.empty()) {
    if (options.api_keys.empty() && !is_local(options.http.host)) {
      throw inkling::Error(
          "--review shows what people wrote: it needs --api-key-file, or a --host of this machine alone");
    }
    desk = std::make_unique<ReviewDesk>(options.review, options.review_options);
    if (!desk->has_pictures()) log.warn("the run keeps no pages to be shown: inkling form read --pictures does");
  }
  const Service service(models, forms, metrics, desk.get(), options.api_keys.empty());
  Handler handler = [&](const Request& request) { return service.answer(request); };
  std::optional<KeyGuard> guard;
  if (!options.api_keys.empty()) {
    guard.emplace(read_api_keys(options.api_keys), [&](const Request& request) { return service.is_open(request); });
    handler = [&guard, inner = std::move(handler)](const Request& request) {
      return with_error_member(request, [&](const Request& asked) { return guard->answer(asked, inner); });
    };
  }
  handler = allow_origins(std::move(options.cors), std::move(handler));
  HttpServer server(options.http, std::move(handler), [&](const AnswerRecord& record) {
    metrics.count(record);
    log.answered(record);
  });
  metrics.watch([&] { return server.load(); });

  std::cout << "inkling-server: " << url_of(options.http.host, server.port()) << " with";
  for (const Model& model : models.current()->models().loaded) std::cout << ' ' << model.name;
  std::cout << std::endl;

  std::jthread waiter([&] {
    for (;;) {
      const int signal = watch ? signals.wait(look_again) : signals.wait();
      if (signal == SIGHUP || (signal == 0 && watch && watch->changed())) {
        attempt(log, "the models stay as they are: ", [&] { models.replace(load(options.models, log)); });
        attempt(log,
                "the forms stay as they are: ", [&] { forms.replace(load(options.forms, *models.current(), log)); });
      }
      if (signal == SIGHUP && guard) {
        attempt(log, "the API keys stay as they are: ", [&] { guard->replace(read_api_keys(options.api_keys)); });
      }
      if (signal == SIGTERM || signal == SIGINT) break;
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
  app.add_option("--forms", options.forms, "Folder of forms that pages can be read of: *.json, */form.json");
  const std::map<std::string, LogFormat> formats = {
      {"json", LogFormat::json}, {"text", LogFormat::text}, {"off", LogFormat::off}};
  app.add_option("--review", options.review, "A run of forms whose doubtful fields are shown and decided; written to");
  app.add_option("--least-sure", options.review_options.least_sure,
                 "With --review: share of all fields, the least sure, shown beside the doubtful ones")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--double-key", options.review_options.double_key,
                 "With --review: share of all fields that a second person types, too, to estimate what slips through")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--seed", options.review_options.seed, "With --double-key: of which fields these are")
      ->capture_default_str();
  app.add_option("--log", options.log, "A line on stderr for each request: json, text or off [json]")
      ->transform(CLI::CheckedTransformer(formats).description(""));
  app.add_option("--cors", options.cors, "An origin whose scripts may read the answers; may be given more than once");
  app.add_option("--api-key-file", options.api_keys,
                 "File of API keys, one a line, of which each request must show one");
  app.add_flag("--watch", options.watch, "Load the models again when their files change; SIGHUP does so in any case");
  app.set_version_flag("--version", version_line());
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : wrong_usage;
  }

  try {
    serve(std::move(options));
  } catch (const std::bad_alloc&) {
    std::cerr << "inkling-server: there is not enough memory, or a limit (ulimit -v) allows no more\n";
    return failure;
  } catch (const std::exception& error) {
    std::cerr << "inkling-server: " << error.what() << '\n';
    return failure;
  }
  return 0;
}
