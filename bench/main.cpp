#include <benchmark/benchmark.h>

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string_view>
#include <vector>

#include "setup.hpp"

namespace {

/// Takes `--threads N` out of the arguments; the rest is Google Benchmark's.
inkling::bench::Settings parse_settings(std::vector<char*>& arguments) {
  inkling::bench::Settings settings;
  for (std::size_t i = 1; i + 1 < arguments.size(); ++i) {
    if (std::string_view(arguments[i]) != "--threads") continue;
    const std::string_view text = arguments[i + 1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), settings.threads);
    if (error != std::errc() || end != text.data() + text.size() || settings.threads < 0) {
      std::cerr << "inkling-bench: --threads expects a number of threads (0: all cores), got '" << text << "'\n";
      std::exit(2);
    }
    arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i),
                    arguments.begin() + static_cast<std::ptrdiff_t>(i) + 2);
    break;
  }
  return settings;
}

}  // namespace

int main(int argc, char** argv) try {
  std::vector<char*> arguments(argv, argv + argc);
  const auto settings = parse_settings(arguments);
  auto count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  inkling::bench::register_networks(settings);
  inkling::bench::register_layers(settings);
  inkling::bench::register_kernels(settings);
  inkling::bench::register_forest(settings);
  inkling::bench::register_svm(settings);
  inkling::bench::register_data(settings);
  inkling::bench::register_images(settings);
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "inkling-bench: " << error.what() << '\n';
  return 1;
}
