#include "operations/request_log.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <unistd.h>

#include "http/file_descriptor.hpp"

using namespace inkling::server;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const AnswerRecord record{.id = "00000000000000ff",
                          .method = "POST",
                          .route = "/predict",
                          .model = "cnn",
                          .status = 200,
                          .request_bytes = 400,
                          .response_bytes = 1000,
                          .time = 1234567ns};
constexpr std::chrono::system_clock::time_point noon{1'767'225'600'007ms};  // 2026-01-01

/// What `write` writes to the file descriptor that it is given.
template <typename Write>
std::string written(const Write& write) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const FileDescriptor in(ends[0]);
  {
    const FileDescriptor out(ends[1]);
    write(out.get());
  }
  std::array<char, 4096> buffer;
  const ssize_t size = ::read(in.get(), buffer.data(), buffer.size());
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

TEST_CASE("a line of the log is one JSON object") {
  CHECK(json::parse(log_line(record, LogFormat::json, noon)) == json({{"time", "2026-01-01T00:00:00.007Z"},
                                                                      {"method", "POST"},
                                                                      {"route", "/predict"},
                                                                      {"status", 200},
                                                                      {"ms", 1.235},
                                                                      {"bytes_in", 400},
                                                                      {"bytes", 1000},
                                                                      {"model", "cnn"},
                                                                      {"id", "00000000000000ff"},
                                                                      {"trace_id", nullptr},
                                                                      {"parent_id", nullptr}}));
  const json unread = json::parse(log_line({.id = "1", .status = 431}, LogFormat::json, noon));
  CHECK(unread["method"].is_null());
  CHECK(unread["route"].is_null());
  CHECK(unread["model"].is_null());
  const AnswerRecord traced{.id = "1", .trace_id = std::string(32, 'a'), .parent_id = std::string(16, 'b')};
  const json line = json::parse(log_line(traced, LogFormat::json, noon));
  CHECK(line["trace_id"] == std::string(32, 'a'));
  CHECK(line["parent_id"] == std::string(16, 'b'));
  CHECK(log_line(traced, LogFormat::text, noon).ends_with(" 1 " + std::string(32, 'a')));
}

TEST_CASE("a line of the log is for people, too") {
  CHECK(log_line(record, LogFormat::text, noon) ==
        "2026-01-01T00:00:00.007Z POST /predict 200 1.235ms 1000B cnn 00000000000000ff");
  CHECK(log_line({.id = "1", .status = 431}, LogFormat::text, noon) ==
        "2026-01-01T00:00:00.007Z - - 431 0.000ms 0B - 1");
  CHECK(log_line(record, LogFormat::off, noon).empty());
}

TEST_CASE("no byte can end a line early, steer a terminal or break the JSON") {
  AnswerRecord hostile = record;
  hostile.model = std::string("a\n\x1b[2J\"\xff\0", 10);
  const std::string line = log_line(hostile, LogFormat::json, noon);
  CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c < 0x7f; }));
  CHECK(json::parse(line)["model"].get<std::string>().starts_with("a\n"));
}

TEST_CASE("lines are written whole, warnings whatever the format") {
  const auto log_of = [](LogFormat format) {
    return written([&](int fd) {
      const RequestLog log(format, fd);
      log.answered(record);
      log.warn("model \"x\" is\nnot used");
    });
  };
  const std::string lines = log_of(LogFormat::json);
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
  const json warning = json::parse(lines.substr(lines.find('\n') + 1));
  CHECK(warning["level"] == "warning");
  CHECK(warning["message"] == "model \"x\" is\nnot used");
  CHECK(log_of(LogFormat::off).starts_with("inkling-server: model"));
}
