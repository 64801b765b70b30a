#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "http/answer_record.hpp"
#include "http/http_server.hpp"
#include "models/batcher.hpp"

namespace inkling::server {

/// Counts of values up to each of its bounds, as Prometheus takes them. The bounds ascend and outlive the histogram.
class Histogram {
 public:
  explicit Histogram(std::span<const double> bounds) : bounds_(bounds) {}

  void add(double value, std::uint64_t times = 1) noexcept;
  /// Its lines. labels: `model="cnn"`, or nothing.
  void append_to(std::string& text, std::string_view name, std::string_view labels) const;

 private:
  static constexpr std::size_t most_bounds = 16;

  std::span<const double> bounds_;
  std::array<std::uint64_t, most_bounds + 1> counts_ = {};  // of values in each interval; the last is above all bounds
  double sum_ = 0;
};

/// What GET /metrics tells: Prometheus' text format, version 0.0.4. All members may be called by many threads at once.
class Metrics {
 public:
  Metrics();

  /// Where the present load is read. Called before the first text().
  void watch(std::function<Load()> load) { load_ = std::move(load); }

  void count(const AnswerRecord& record);
  void count(std::string_view model, const Batch& batch);

  std::string text() const;

 private:
  std::function<Load()> load_ = [] { return Load{}; };
  mutable std::mutex mutex_;                                       // guards what follows
  std::map<std::pair<std::string, int>, std::uint64_t> requests_;  // by route and status
  std::map<std::string, Histogram> latencies_;                     // seconds, by route
  std::map<std::string, Histogram, std::less<>> predictions_;      // seconds, by model
  Histogram batches_;                                              // images
};

/// A label's value with what the format reserves escaped.
std::string escape_label(std::string_view value);

}  // namespace inkling::server
