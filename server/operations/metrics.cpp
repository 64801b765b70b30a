#include "operations/metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <unistd.h>

namespace inkling::server {
namespace {

constexpr std::array seconds = {0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                0.05,    0.1,    0.25,  0.5,    1.0,   2.5,  10.0};
constexpr std::array images = {1.0, 2.0, 4.0, 8.0, 16.0, 32.0};

std::string number(double value) {
  std::array<char, 32> text;
  return {text.data(), static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.9g", value))};
}

void append_head(std::string& text, std::string_view name, std::string_view type, std::string_view help) {
  text.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void append_sample(std::string& text, std::string_view name, std::string_view labels, const std::string& value) {
  text.append(name);
  if (!labels.empty()) text.append("{").append(labels).append("}");
  text.append(" ").append(value).append("\n");
}

std::string label(std::string_view name, std::string_view value) {
  return std::string(name) + "=\"" + escape_label(value) + '"';
}

/// From /proc; 0 where there is none.
std::uint64_t resident_bytes() {
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void Histogram::add(double value, std::uint64_t times) noexcept {
  const auto interval = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  counts_[static_cast<std::size_t>(interval)] += times;
  sum_ += value * static_cast<double>(times);
}

void Histogram::append_to(std::string& text, std::string_view name, std::string_view labels) const {
  const std::string bucket = std::string(name) + "_bucket";
  const std::string prefix = labels.empty() ? "" : std::string(labels) + ',';
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    total += counts_[i];
    const std::string bound = i < bounds_.size() ? number(bounds_[i]) : "+Inf";
    append_sample(text, bucket, prefix + label("le", bound), std::to_string(total));
  }
  append_sample(text, std::string(name) + "_sum", labels, number(sum_));
  append_sample(text, std::string(name) + "_count", labels, std::to_string(total));
}

Metrics::Metrics() : batches_(images) {}

void Metrics::count(const AnswerRecord& record) {
  const std::string route = record.route.empty() ? "none" : record.route;
  const std::lock_guard lock(mutex_);
  ++requests_[{route, record.status}];
  latencies_.try_emplace(route, seconds).first->second.add(std::chrono::duration<double>(record.time).count());
}

void Metrics::count(std::string_view model, const Batch& batch) {
  const std::lock_guard lock(mutex_);
  auto found = predictions_.find(model);
  if (found == predictions_.end()) found = predictions_.emplace(model, Histogram(seconds)).first;
  found->second.add(batch.time.count(), batch.size);  // each image waited for all of them
  batches_.add(static_cast<double>(batch.size));
}

std::string Metrics::text() const {
  const Load load = load_();
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    append_head(text, "inkling_http_requests_total", "counter", "Answered requests.");
    for (const auto& [key, count] : requests_) {
      append_sample(text, "inkling_http_requests_total",
                    label("route", key.first) + ',' + label("status", std::to_string(key.second)),
                    std::to_string(count));
    }
    append_head(text, "inkling_http_request_duration_seconds", "histogram",
                "From the last byte of a request to its answer.");
    for (const auto& [route, histogram] : latencies_) {
      histogram.append_to(text, "inkling_http_request_duration_seconds", label("route", route));
    }
    append_head(text, "inkling_prediction_duration_seconds", "histogram", "Time in the model for each image.");
    for (const auto& [model, histogram] : predictions_) {
      histogram.append_to(text, "inkling_prediction_duration_seconds", label("model", model));
    }
    append_head(text, "inkling_batch_size", "histogram", "Images in one call of a model.");
    batches_.append_to(text, "inkling_batch_size", "");
  }
  append_head(text, "inkling_queue_depth", "gauge", "Requests that wait for a thread.");
  append_sample(text, "inkling_queue_depth", "", std::to_string(load.queued));
  append_head(text, "inkling_open_connections", "gauge", "Open connections.");
  append_sample(text, "inkling_open_connections", "", std::to_string(load.connections));
  append_head(text, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.");
  append_sample(text, "process_resident_memory_bytes", "", std::to_string(resident_bytes()));
  return text;
}

std::string escape_label(std::string_view value) {
  std::string escaped;
  for (const char c : value) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return escaped;
}

}  // namespace inkling::server
