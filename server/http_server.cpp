#include "http_server.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "listener.hpp"

namespace inkling::server {
namespace {

constexpr std::chrono::seconds linger_time{2};
constexpr int reads_per_turn = 8;  // so that one fast client does not keep the others waiting

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/// More connections than threads and queue hold, so that one without work can always give way; fewer than the process
/// may have descriptors.
std::size_t connection_limit(const HttpServerOptions& options) {
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  constexpr rlim_t others = 32;
  const rlim_t most = descriptors.rlim_cur > 2 * others ? descriptors.rlim_cur - others : others;
  const std::size_t busy = options.queue + static_cast<std::size_t>(options.threads) + 1;
  return std::max(busy, std::min<std::size_t>(options.connections, most));
}

Problem overloaded() {
  return {503, "The server is busy. Try again in a moment.", {{"Retry-After", "1"}}};
}

}  // namespace

HttpServer::HttpServer(HttpServerOptions options, Handler handler)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      listener_(listen_on(options_.host, options_.port)),
      port_(port_of(listener_)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      workers_(options_.threads, options_.queue) {
  options_.connections = connection_limit(options_);
  if (!wake_) throw Error("cannot create an eventfd: " + std::generic_category().message(errno));
}

void HttpServer::run() {
  for (;;) {
    if (stop_requested_ && !stopping_) begin_stop();
    sweep();
    if (stopping_ && connections_.empty()) return;
    wait();
    collect_answers();
    if (listener_ && polled_[1].revents != 0) accept_all();
    for (std::size_t i = 0; i < polled_ids_.size(); ++i) {
      if (polled_[i + 2].revents == 0) continue;
      const auto found = connections_.find(polled_ids_[i]);
      if (found != connections_.end()) serve(found->first, found->second);
    }
    expire();
  }
}

void HttpServer::stop() noexcept {
  stop_requested_ = true;
  wake();
}

void HttpServer::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_.get(), &one, sizeof one);  // fails only when already awake
}

/// Waits until something can be done, or the next deadline has come.
void HttpServer::wait() {
  polled_.assign({{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}});
  polled_ids_.clear();
  auto next = Clock::time_point::max();
  for (const auto& [id, connection] : connections_) {
    if (connection.phase == Phase::working) continue;
    const short events = connection.phase == Phase::writing ? POLLOUT : POLLIN;
    polled_.push_back({connection.socket.get(), events, 0});
    polled_ids_.push_back(id);
    next = std::min(next, connection.deadline);
  }
  if (stopping_) next = std::min(next, stop_deadline_);
  int timeout = -1;
  if (next != Clock::time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
    timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
  }
  if (::poll(polled_.data(), polled_.size(), timeout) < 0) {
    for (pollfd& entry : polled_) entry.revents = 0;
    if (errno != EINTR) throw Error("poll failed: " + std::generic_category().message(errno));
  }
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t woken = ::read(wake_.get(), &count, sizeof count);  // resets it; never waits
}

void HttpServer::accept_all() {
  for (;;) {
    make_room();
    FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) return;  // none waits, or it went away, or descriptors ran out: the next turn tries again
    connections_.emplace(next_id_++, Connection{.socket = std::move(socket),
                                                .reader = RequestReader(options_.request),
                                                .deadline = Clock::now() + options_.read_deadline});
  }
}

/// At the limit the oldest connection for which no thread works gives way, those that are owed least first.
void HttpServer::make_room() {
  if (connections_.size() < options_.connections) return;
  for (const Phase phase : {Phase::closed, Phase::lingering, Phase::reading, Phase::writing}) {
    const auto oldest = std::find_if(connections_.begin(), connections_.end(),
                                     [&](const auto& entry) { return entry.second.phase == phase; });
    if (oldest == connections_.end()) continue;
    buffered_bytes_ -= oldest->second.received;
    connections_.erase(oldest);
    return;
  }
}

void HttpServer::serve(Id id, Connection& connection) {
  switch (connection.phase) {
    case Phase::reading:
      return read(id, connection);
    case Phase::writing:
      return write(connection);
    case Phase::lingering:
      return linger(connection);
    case Phase::working:
    case Phase::closed:
      return;
  }
}

void HttpServer::read(Id id, Connection& connection) {
  std::array<char, 64 * 1024> buffer;
  for (int turn = 0; turn < reads_per_turn && connection.phase == Phase::reading; ++turn) {
    const ssize_t count = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (count < 0) {
      if (!would_block()) connection.phase = Phase::closed;
      return;
    }
    if (count == 0) {
      if (!connection.reader.started()) {
        connection.phase = Phase::closed;
      } else {
        refuse(connection, Problem(400, "The request ended before it was whole."));
      }
      return;
    }
    take(id, connection, {buffer.data(), static_cast<std::size_t>(count)});
  }
}

void HttpServer::take(Id id, Connection& connection, std::string_view bytes) {
  connection.received += bytes.size();
  buffered_bytes_ += bytes.size();
  if (buffered_bytes_ > options_.buffered_bytes) return refuse(connection, overloaded());
  const bool awaited = connection.reader.awaits_continue();
  try {
    connection.reader.append(bytes);
  } catch (const Problem& problem) {
    return refuse(connection, problem);
  }
  if (connection.reader.complete()) {
    submit(id, connection);
  } else if (!awaited && connection.reader.awaits_continue()) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    ::send(connection.socket.get(), go_on.data(), go_on.size(), MSG_NOSIGNAL);  // lost: the client goes on unasked
  }
}

void HttpServer::submit(Id id, Connection& connection) {
  connection.phase = Phase::working;
  auto task = [this, id, request = connection.reader.take()]() mutable {
    std::string answer;
    try {
      answer = exchange(std::move(request), handler_);
    } catch (const std::exception&) {
      // Out of memory, even for an error: the empty answer closes the connection.
    }
    {
      const std::lock_guard lock(answers_mutex_);
      answers_.emplace_back(id, std::move(answer));
    }
    wake();
  };
  if (!workers_.try_submit(std::move(task))) refuse(connection, overloaded());
}

void HttpServer::collect_answers() {
  std::vector<std::pair<Id, std::string>> answers;
  {
    const std::lock_guard lock(answers_mutex_);
    answers.swap(answers_);
  }
  for (auto& [id, answer] : answers) {
    const auto found = connections_.find(id);
    if (found != connections_.end()) start_writing(found->second, std::move(answer));
  }
}

void HttpServer::refuse(Connection& connection, const Problem& problem) {
  start_writing(connection, refusal(problem));
}

void HttpServer::start_writing(Connection& connection, std::string answer) {
  buffered_bytes_ -= std::exchange(connection.received, 0);
  connection.reader = RequestReader(options_.request);
  connection.answer = std::move(answer);
  connection.phase = Phase::writing;
  connection.deadline = Clock::now() + options_.write_deadline;
  write(connection);
}

void HttpServer::write(Connection& connection) {
  while (connection.sent < connection.answer.size()) {
    const ssize_t count = ::send(connection.socket.get(), connection.answer.data() + connection.sent,
                                 connection.answer.size() - connection.sent, MSG_NOSIGNAL);
    if (count < 0) {
      if (!would_block()) connection.phase = Phase::closed;
      return;
    }
    connection.sent += static_cast<std::size_t>(count);
  }
  ::shutdown(connection.socket.get(), SHUT_WR);
  connection.answer = {};
  connection.phase = stopping_ ? Phase::closed : Phase::lingering;
  connection.deadline = Clock::now() + linger_time;
}

void HttpServer::linger(Connection& connection) {
  std::array<char, 64 * 1024> buffer;
  for (int turn = 0; turn < reads_per_turn; ++turn) {
    const ssize_t count = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (count > 0) continue;
    if (count == 0 || !would_block()) connection.phase = Phase::closed;
    return;
  }
}

void HttpServer::expire() {
  const auto now = Clock::now();
  for (auto& [id, connection] : connections_) {
    if (connection.phase == Phase::working || now < connection.deadline) continue;
    if (connection.phase == Phase::reading && connection.reader.started()) {
      refuse(connection, Problem(408, "The request took too long to arrive."));
    } else {
      connection.phase = Phase::closed;
    }
  }
  if (stopping_ && now >= stop_deadline_) {
    for (auto& [id, connection] : connections_) connection.phase = Phase::closed;
  }
}

/// What has begun, even if only in the backlog, has until the drain deadline; idle connections are closed.
void HttpServer::begin_stop() {
  stopping_ = true;
  stop_deadline_ = Clock::now() + options_.drain_deadline;
  accept_all();
  listener_ = {};
  for (auto& [id, connection] : connections_) {
    if (connection.phase == Phase::reading) read(id, connection);
    const bool idle = connection.phase == Phase::reading && !connection.reader.started();
    if (idle || connection.phase == Phase::lingering) connection.phase = Phase::closed;
  }
}

void HttpServer::sweep() {
  std::erase_if(connections_, [this](const auto& entry) {
    if (entry.second.phase != Phase::closed) return false;
    buffered_bytes_ -= entry.second.received;
    return true;
  });
}

}  // namespace inkling::server
