#include "forms/pdf.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using inkling::FileError;
using inkling::GreyImage;
using inkling::Index;

constexpr rlim_t memory_limit = rlim_t{1} << 30U;
constexpr rlim_t seconds_limit = 60;
constexpr std::size_t output_limit = std::size_t{64} << 20U;  // more than the largest page in grey

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw FileError("cannot open a pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (int& end : ends) close(end);
  }
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  std::array<int, 2> ends{-1, -1};
};

struct ChildResult {
  int status = 0;
  std::string output;
  std::string errors;
};

[[noreturn]] void become(std::vector<char*>& arguments, const Pipe& output, const Pipe& errors) {
  const rlimit memory{memory_limit, memory_limit};
  const rlimit seconds{seconds_limit, seconds_limit};
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_AS, &memory);
  ::setrlimit(RLIMIT_CPU, &seconds);
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int nothing = ::open("/dev/null", O_RDONLY);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output.ends[1], STDOUT_FILENO);
  ::dup2(errors.ends[1], STDERR_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(errno == ENOENT ? 127 : 126);
}

/// Reads both pipes until the child closes them; ends the child when it writes too much or takes too long.
void listen(pid_t child, Pipe& output, Pipe& errors, ChildResult& result) {
  std::array<std::pair<Pipe*, std::string*>, 2> streams{{{&output, &result.output}, {&errors, &result.errors}}};
  std::vector<char> buffer(std::size_t{1} << 16U);
  for (int idle = 0; output.ends[0] >= 0 || errors.ends[0] >= 0;) {
    std::array<pollfd, 2> waiting{{{output.ends[0], POLLIN, 0}, {errors.ends[0], POLLIN, 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), 1000);
    if (ready < 0 && errno != EINTR) break;
    idle = ready == 0 ? idle + 1 : 0;
    if (idle > 2 * static_cast<int>(seconds_limit)) ::kill(child, SIGKILL);  // asleep, so that no CPU limit ends it
    for (std::size_t i = 0; i < streams.size(); ++i) {
      if (waiting[i].fd < 0 || waiting[i].revents == 0) continue;
      const ::ssize_t count = ::read(waiting[i].fd, buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        Pipe::close(streams[i].first->ends[0]);
        continue;
      }
      if (streams[i].second->size() + static_cast<std::size_t>(count) > output_limit) {
        ::kill(child, SIGKILL);
        continue;
      }
      streams[i].second->append(buffer.data(), static_cast<std::size_t>(count));
    }
  }
}

ChildResult run(std::vector<std::string> arguments) {
  Pipe output, errors;
  std::vector<char*> raw;
  for (std::string& argument : arguments) raw.push_back(argument.data());
  raw.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw FileError("cannot start " + arguments[0]);
  if (child == 0) become(raw, output, errors);
  Pipe::close(output.ends[1]);
  Pipe::close(errors.ends[1]);
  ChildResult result;
  listen(child, output, errors, result);
  while (::waitpid(child, &result.status, 0) < 0 && errno == EINTR) {
  }
  return result;
}

/// The first line of what poppler says about what was wrong, without its own preface.
std::string first_line(const std::string& errors) {
  std::string line = errors.substr(0, errors.find('\n'));
  for (const std::string_view preface : {"Syntax Error: ", "Command Line Error: ", "I/O Error: "}) {
    if (line.starts_with(preface)) line.erase(0, preface.size());
  }
  return line;
}

void check(const ChildResult& result, const std::string& program) {
  if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 0) return;
  if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 127) {
    throw FileError("reading PDF needs the program " + program + ", which is not installed (Debian: poppler-utils)");
  }
  if (result.errors.find("Incorrect password") != std::string::npos)
    throw FileError("PDF: it is locked with a password");
  if (WIFSIGNALED(result.status)) {
    throw FileError("PDF: drawing it took more memory or time than is allowed, or ended " + program);
  }
  const std::string line = first_line(result.errors);
  throw FileError("PDF: " + (line.empty() ? program + " could not read it" : line));
}

/// A name that no program takes for an option.
std::string argument_of(const std::filesystem::path& file) {
  return file.string().starts_with('-') ? "./" + file.string() : file.string();
}

/// The value of a line such as "Pages:          29".
std::string value_of(const std::string& text, const std::string& name) {
  std::size_t at = text.starts_with(name) ? 0 : text.find("\n" + name);
  if (at == std::string::npos) return "";
  if (at > 0) ++at;
  const std::size_t end = std::min(text.find('\n', at), text.size());
  const std::size_t start = text.find_first_not_of(' ', at + name.size());
  return start >= end ? "" : text.substr(start, end - start);
}

/// The longer side of a page in points, as "Page    3 size: 595.28 x 841.89 pts (A4)" has it.
double longer_side(const std::filesystem::path& file, int page) {
  const std::string number = std::to_string(page);
  const ChildResult result = run({"pdfinfo", "-f", number, "-l", number, argument_of(file)});
  check(result, "pdfinfo");
  const std::size_t size = result.output.find(" size:");
  if (size == std::string::npos) throw FileError("PDF: it has no page " + number);
  const char* at = result.output.c_str() + size + std::string_view(" size:").size();
  char* end = nullptr;
  const double width = std::strtod(at, &end);
  while (*end == ' ' || *end == 'x') ++end;
  const double height = std::strtod(end, nullptr);
  if (!(width > 0) || !(height > 0)) throw FileError("PDF: page " + number + " has no size");
  return std::max(width, height);
}

/// A grey PNM ("P5 width height 255" and the pixels), or a black and white one ("P4").
GreyImage grey_of_pnm(const std::string& pnm) {
  std::size_t at = 0;
  const auto number = [&]() -> Index {
    while (at < pnm.size() && std::isspace(static_cast<unsigned char>(pnm[at])) != 0) ++at;
    Index value = 0;
    while (at < pnm.size() && pnm[at] >= '0' && pnm[at] <= '9' && value < 1000000)
      value = 10 * value + (pnm[at++] - '0');
    return value;
  };
  if (!pnm.starts_with("P5")) throw FileError("PDF: nothing was drawn");
  at = 2;
  const Index width = number();
  const Index height = number();
  const Index most = number();
  ++at;
  if (width < 1 || height < 1 || most != 255 || pnm.size() < at ||
      pnm.size() - at != static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) {
    throw FileError("PDF: what was drawn is no picture");
  }
  return {width, height, std::vector<std::uint8_t>(pnm.begin() + static_cast<std::ptrdiff_t>(at), pnm.end())};
}

}  // namespace

int pdf_pages(const std::filesystem::path& file) {
  const ChildResult result = run({"pdfinfo", argument_of(file)});
  check(result, "pdfinfo");
  const int pages = std::atoi(value_of(result.output, "Pages:").c_str());
  if (pages < 1) throw FileError("PDF: it has no pages");
  return pages;
}

GreyImage pdf_page(const std::filesystem::path& file, int page, Index largest_side) {
  constexpr double usual = 300;
  const double dpi = std::min(usual, 72 * static_cast<double>(largest_side) / longer_side(file, page));
  const std::string number = std::to_string(page);
  const ChildResult result =
      run({"pdftoppm", "-gray", "-r", std::to_string(dpi), "-f", number, "-l", number, argument_of(file)});
  check(result, "pdftoppm");
  return grey_of_pnm(result.output);
}
