#include "operations/metrics.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>

using namespace inkling::server;
using namespace std::chrono_literals;

namespace {

using Samples = std::map<std::string, double>;  // `name{labels}`

/// Reads the format strictly: HELP and TYPE once a family and before its samples, no sample twice, a line end last.
Samples parse(const std::string& text) {
  Samples samples;
  std::set<std::string> families;
  std::string family;
  REQUIRE(text.ends_with('\n'));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CHECK(families.insert(family).second);
    } else if (line.starts_with("# TYPE ")) {
      CHECK(line.substr(7, family.size() + 1) == family + ' ');
    } else {
      CHECK(line.starts_with(family));
      const std::size_t space = line.rfind(' ');
      CHECK(samples.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second);
    }
  }
  return samples;
}

AnswerRecord answered(const std::string& route, int status, std::chrono::milliseconds time) {
  return {.route = route, .status = status, .time = time};
}

}  // namespace

TEST_CASE("requests are counted by route and status, and their times by route") {
  Metrics metrics;
  metrics.count(answered("/predict", 200, 1ms));
  metrics.count(answered("/predict", 200, 30ms));
  metrics.count(answered("/predict", 422, 20s));
  metrics.count(answered("", 404, 0ms));
  Samples samples = parse(metrics.text());
  CHECK(samples["inkling_http_requests_total{route=\"/predict\",status=\"200\"}"] == 2);
  CHECK(samples["inkling_http_requests_total{route=\"/predict\",status=\"422\"}"] == 1);
  CHECK(samples["inkling_http_requests_total{route=\"none\",status=\"404\"}"] == 1);
  const std::string time = "inkling_http_request_duration_seconds";
  CHECK(samples[time + "_bucket{route=\"/predict\",le=\"0.0005\"}"] == 0);
  CHECK(samples[time + "_bucket{route=\"/predict\",le=\"0.001\"}"] == 1);  // a bound belongs to its bucket
  CHECK(samples[time + "_bucket{route=\"/predict\",le=\"0.025\"}"] == 1);
  CHECK(samples[time + "_bucket{route=\"/predict\",le=\"0.05\"}"] == 2);
  CHECK(samples[time + "_bucket{route=\"/predict\",le=\"10\"}"] == 2);
  CHECK(samples[time + "_bucket{route=\"/predict\",le=\"+Inf\"}"] == 3);
  CHECK(samples[time + "_count{route=\"/predict\"}"] == 3);
  CHECK(samples[time + "_sum{route=\"/predict\"}"] == doctest::Approx(20.031));
}

TEST_CASE("each image of a batch waited for all of it") {
  Metrics metrics;
  metrics.count("cnn", {.size = 3, .time = 2ms});
  metrics.count("cnn", {.size = 1, .time = 1ms});
  Samples samples = parse(metrics.text());
  CHECK(samples["inkling_prediction_duration_seconds_count{model=\"cnn\"}"] == 4);
  CHECK(samples["inkling_prediction_duration_seconds_sum{model=\"cnn\"}"] == doctest::Approx(0.007));
  CHECK(samples["inkling_batch_size_count"] == 2);
  CHECK(samples["inkling_batch_size_sum"] == 4);
  CHECK(samples["inkling_batch_size_bucket{le=\"1\"}"] == 1);
  CHECK(samples["inkling_batch_size_bucket{le=\"4\"}"] == 2);
}

TEST_CASE("the load is read when it is asked for") {
  Metrics metrics;
  CHECK(parse(metrics.text())["inkling_queue_depth"] == 0);
  metrics.watch([] { return Load{.connections = 7, .queued = 3}; });
  Samples samples = parse(metrics.text());
  CHECK(samples["inkling_queue_depth"] == 3);
  CHECK(samples["inkling_open_connections"] == 7);
  CHECK(samples["process_resident_memory_bytes"] > 1e6);
}

TEST_CASE("a model may be called anything") {
  CHECK(escape_label("a\"b\\c\nd") == "a\\\"b\\\\c\\nd");
  Metrics metrics;
  metrics.count("a\"} 1\nevil 2", {.size = 1, .time = 1ms});
  for (const auto& [name, value] : parse(metrics.text())) CHECK_FALSE(name.starts_with("evil"));
}
