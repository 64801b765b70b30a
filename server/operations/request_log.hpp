#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/answer_record.hpp"

namespace inkling::server {

enum class LogFormat { json, text, off };

/// One line for each answered request, without its line end. `off` gives none.
std::string log_line(const AnswerRecord& record, LogFormat format, std::chrono::system_clock::time_point time);

/// Writes lines to a file descriptor, each with a single write, so that lines of several threads do not mix. A line
/// that cannot be written is lost. All members may be called by many threads at once.
class RequestLog {
 public:
  explicit RequestLog(LogFormat format, int fd = 2) noexcept : format_(format), fd_(fd) {}

  void answered(const AnswerRecord& record) const;
  /// Something that is no request, such as a model that was refused; also when the format is `off`.
  void warn(std::string_view message) const;

 private:
  void write(std::string line) const;

  LogFormat format_;
  int fd_;
};

}  // namespace inkling::server
