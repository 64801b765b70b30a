#include "operations/request_log.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <unistd.h>
#include <utility>

namespace inkling::server {
namespace {

using Json = nlohmann::ordered_json;

/// "2026-01-31T12:34:56.789Z" (RFC 3339)
std::string timestamp(std::chrono::system_clock::time_point time) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto whole_seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t whole = whole_seconds.count();
  std::tm utc{};
  ::gmtime_r(&whole, &utc);
  std::array<char, 32> date;
  std::array<char, 8> fraction;
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(fraction.data(), fraction.size(), ".%03dZ", static_cast<int>((since_epoch - whole_seconds).count()));
  return std::string(date.data()) + fraction.data();
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

double rounded_ms(std::chrono::duration<double, std::milli> time) {
  return std::round(time.count() * 1e3) / 1e3;
}

/// A control character would end the line or steer a terminal.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

}  // namespace

std::string log_line(const AnswerRecord& record, LogFormat format, std::chrono::system_clock::time_point time) {
  if (format == LogFormat::off) return {};
  if (format == LogFormat::json) {
    return dump({{"time", timestamp(time)},
                 {"method", text_or_null(record.method)},
                 {"route", text_or_null(record.route)},
                 {"status", record.status},
                 {"ms", rounded_ms(record.time)},
                 {"bytes_in", record.request_bytes},
                 {"bytes", record.response_bytes},
                 {"model", text_or_null(record.model)},
                 {"id", record.id},
                 {"trace_id", text_or_null(record.trace_id)},
                 {"parent_id", text_or_null(record.parent_id)}});
  }
  std::array<char, 32> ms;
  std::snprintf(ms.data(), ms.size(), "%.3f", record.time.count());
  return timestamp(time) + ' ' + or_dash(record.method) + ' ' + or_dash(record.route) + ' ' +
         std::to_string(record.status) + ' ' + ms.data() + "ms " + std::to_string(record.response_bytes) + "B " +
         or_dash(record.model) + ' ' + record.id + (record.trace_id.empty() ? "" : ' ' + record.trace_id);
}

void RequestLog::answered(const AnswerRecord& record) const {
  if (format_ == LogFormat::off) return;
  write(log_line(record, format_, std::chrono::system_clock::now()));
}

void RequestLog::warn(std::string_view message) const {
  if (format_ != LogFormat::json) return write("inkling-server: " + std::string(message));
  write(dump({{"time", timestamp(std::chrono::system_clock::now())}, {"level", "warning"}, {"message", message}}));
}

void RequestLog::write(std::string line) const {
  line += '\n';
  [[maybe_unused]] const ssize_t written = ::write(fd_, line.data(), line.size());
}

}  // namespace inkling::server
