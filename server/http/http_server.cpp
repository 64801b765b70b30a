#include "http/http_server.hpp"

#include <inkling/core/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <limits>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <random>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <system_error>
#include <utility>

#include "http/listener.hpp"

namespace inkling::server {
namespace {

constexpr int reads_per_turn = 8;                // so that one fast client does not keep the others waiting
constexpr std::chrono::milliseconds retry{100};  // after which descriptors may be free that are not ours

bool is_out_of_descriptors(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

bool has_client(const FileDescriptor& listener) {
  pollfd entry{listener.get(), POLLIN, 0};
  return ::poll(&entry, 1, 0) > 0;
}

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

HttpServer::HttpServer(HttpServerOptions options, Handler handler, Observer observer)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      observer_(std::move(observer)),
      listener_(listen_on(options_.host, options_.port)),
      port_(port_of(listener_)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      next_request_(std::uint64_t{std::random_device()()} << 32),
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
    if (listener_ && (polled_[1].revents != 0 || out_of_descriptors_)) accept_all();
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
  const int listener = out_of_descriptors_ ? -1 : listener_.get();  // which would be ready all the time, in vain
  polled_.assign({{wake_.get(), POLLIN, 0}, {listener, POLLIN, 0}});
  polled_ids_.clear();
  auto next = Clock::time_point::max();
  for (const auto& [id, connection] : connections_) {
    if (connection.phase == Phase::working) continue;
    const short events = events_of(connection);
    polled_.push_back({connection.socket.get(), events, 0});
    polled_ids_.push_back(id);
    next = std::min(next, connection.deadline);
  }
  if (stopping_) next = std::min(next, stop_deadline_);
  if (out_of_descriptors_) next = std::min(next, Clock::now() + retry);
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
  out_of_descriptors_ = false;
  for (;;) {
    FileDescriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket && is_out_of_descriptors(errno) && has_client(listener_)) {  // said of an empty backlog, too
      if (drop_least_owed()) continue;
      out_of_descriptors_ = true;
    }
    if (!socket) return;  // none waits, or it went away: the next turn tries again
    make_room();
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on,
                 sizeof on);  // an answer is one write: do not hold it back
    const auto entry = connections_.emplace(
        next_id_++, Connection{.socket = std::move(socket), .reader = RequestReader(options_.request), .deadline = {}});
    begin_request(entry.first->second);
  }
}

/// At the limit a connection for which no thread works gives way to a new one: of those that are owed least, the one
/// that waits for the longest.
void HttpServer::make_room() {
  if (connections_.size() >= options_.connections) drop_least_owed();
}

/// False when a thread works for each of them.
bool HttpServer::drop_least_owed() {
  if (connections_.empty()) return false;
  const auto least = std::min_element(connections_.begin(), connections_.end(), [&](const auto& a, const auto& b) {
    return std::pair(a.second.owed(), a.second.deadline) < std::pair(b.second.owed(), b.second.deadline);
  });
  if (least->second.phase == Phase::working) return false;
  buffered_bytes_ -= least->second.received;
  connections_.erase(least);
  return true;
}

void HttpServer::begin_request(Connection& connection) const {
  connection.begin = Clock::now();
  connection.deadline = read_deadline(connection);
}

/// A head has a fixed time, so that it cannot be drawn out; a body has that and as much as its bytes take at the
/// minimum rate, so that a slow line is served and one that stands still is not (as Apache's mod_reqtimeout does it).
HttpServer::Clock::time_point HttpServer::read_deadline(const Connection& connection) const {
  const double bytes = connection.reader.in_body() ? static_cast<double>(connection.received) : 0;
  const std::chrono::duration<double> earned(bytes / static_cast<double>(options_.minimum_rate));
  return connection.begin + options_.read_deadline + std::chrono::duration_cast<Clock::duration>(earned);
}

/// What it waits for; that a client is gone is told in any case.
short HttpServer::events_of(const Connection& connection) noexcept {
  switch (connection.phase) {
    case Phase::writing:
      return POLLOUT;
    case Phase::streaming:
      return connection.sent < connection.answer.size() ? POLLOUT : 0;
    default:
      return POLLIN;
  }
}

int HttpServer::Connection::owed() const noexcept {
  switch (phase) {
    case Phase::closed:
      return 0;
    case Phase::lingering:
      return 1;
    case Phase::reading:
      return idle() && answered ? 2 : 3;
    case Phase::streaming:
    case Phase::writing:
      return 4;
    case Phase::working:
      return 5;
  }
  return 5;
}

void HttpServer::serve(Id id, Connection& connection) {
  switch (connection.phase) {
    case Phase::reading:
      return read(id, connection);
    case Phase::streaming:
      if (connection.sent == connection.answer.size()) {  // nothing was waited for but this
        connection.phase = Phase::closed;
        return;
      }
      return write(id, connection);
    case Phase::writing:
      return write(id, connection);
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
      if (connection.idle()) {
        connection.phase = Phase::closed;
      } else {
        refuse(id, connection, Problem(400, "The request ended before it was whole."));
      }
      return;
    }
    if (connection.idle() && connection.answered) begin_request(connection);
    connection.received += static_cast<std::size_t>(count);
    buffered_bytes_ += static_cast<std::size_t>(count);
    if (buffered_bytes_ > options_.buffered_bytes) return refuse(id, connection, overloaded());
    take(id, connection, {buffer.data(), static_cast<std::size_t>(count)});
  }
}

void HttpServer::take(Id id, Connection& connection, std::string_view bytes) {
  const bool awaited = connection.reader.awaits_continue();
  std::size_t taken = 0;
  try {
    taken = connection.reader.append(bytes);
  } catch (const Problem& problem) {
    return refuse(id, connection, problem);
  }
  if (connection.reader.complete()) {
    connection.unread = bytes.substr(taken);
    submit(id, connection);
    return;
  }
  connection.deadline = read_deadline(connection);
  if (!awaited && connection.reader.awaits_continue()) {
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    ::send(connection.socket.get(), go_on.data(), go_on.size(), MSG_NOSIGNAL);  // lost: the client goes on unasked
  }
}

void HttpServer::submit(Id id, Connection& connection) {
  connection.phase = Phase::working;
  const bool keep_alive = connection.reader.keep_alive();
  auto task = [this, id, keep_alive, begin = Clock::now(), request_id = next_request_id(),
               request = connection.reader.take()]() mutable {
    Answer answer{.id = id, .bytes = {}};
    try {
      const bool keep = keep_alive && !stop_requested_;
      Exchange done =
          exchange(std::move(request), handler_,
                   {.id = request_id,
                    .keep_alive = keep,
                    .idle_time = std::chrono::duration_cast<std::chrono::seconds>(options_.idle_deadline),
                    .send = [&](std::string piece) { deliver({.id = id, .bytes = std::move(piece), .last = false}); }});
      observe(std::move(done.record), begin);
      answer.bytes = std::move(done.bytes);
      answer.keep_alive = keep && !done.cut;
    } catch (const std::exception&) {
      // Out of memory, even for an error: the empty answer closes the connection.
    }
    deliver(std::move(answer));
  };
  if (!workers_.try_submit(std::move(task))) refuse(id, connection, overloaded());
}

/// Called by the threads that answer.
void HttpServer::deliver(Answer answer) {
  {
    const std::lock_guard lock(answers_mutex_);
    answers_.push_back(std::move(answer));
  }
  wake();
}

void HttpServer::collect_answers() {
  std::vector<Answer> answers;
  {
    const std::lock_guard lock(answers_mutex_);
    answers.swap(answers_);
  }
  for (Answer& answer : answers) {
    const auto found = connections_.find(answer.id);
    if (found == connections_.end()) continue;
    const Id id = answer.id;
    start_writing(id, found->second, std::move(answer));
  }
}

/// The connection ends here: after a request that was not understood, its bytes cannot be trusted to begin another.
void HttpServer::refuse(Id id, Connection& connection, const Problem& problem) {
  Exchange refused = server::refuse(problem, next_request_id());
  observe(std::move(refused.record), Clock::now());
  start_writing(id, connection, {.id = id, .bytes = std::move(refused.bytes)});
}

void HttpServer::observe(AnswerRecord record, Clock::time_point begin) const {
  record.time = Clock::now() - begin;
  if (observer_) observer_(record);
}

std::string HttpServer::next_request_id() {
  std::string id(16, '0');
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), next_request_++, 16).ptr;
  std::copy(digits.data(), end, id.end() - (end - digits.data()));
  return id;
}

/// All of an answer, or the next piece of one. What the request holds is given back with the last: until then a thread
/// works with it.
void HttpServer::start_writing(Id id, Connection& connection, Answer answer) {
  if (connection.phase == Phase::closed) return;
  const bool waited_for = connection.sent == connection.answer.size();
  connection.answer.erase(0, connection.sent);
  connection.answer += answer.bytes;
  connection.sent = 0;
  connection.phase = answer.last ? Phase::writing : Phase::streaming;
  if (waited_for || answer.last) connection.deadline = Clock::now() + options_.write_deadline;
  if (answer.last) {
    if (!answer.keep_alive) connection.unread = {};
    buffered_bytes_ -= connection.received - connection.unread.size();
    connection.received = connection.unread.size();
    connection.reader = RequestReader(options_.request);
    connection.keep_alive = answer.keep_alive;
    connection.answered = true;
  }
  write(id, connection);
}

void HttpServer::write(Id id, Connection& connection) {
  while (connection.sent < connection.answer.size()) {
    const ssize_t count = ::send(connection.socket.get(), connection.answer.data() + connection.sent,
                                 connection.answer.size() - connection.sent, MSG_NOSIGNAL);
    if (count < 0) {
      if (!would_block()) connection.phase = Phase::closed;
      return;
    }
    connection.sent += static_cast<std::size_t>(count);
  }
  if (connection.phase == Phase::streaming) {
    connection.deadline = Clock::time_point::max();  // it is the server that the client waits for
  } else {
    end_answer(id, connection);
  }
}

void HttpServer::end_answer(Id id, Connection& connection) {
  connection.answer = {};
  connection.sent = 0;
  if (connection.keep_alive && !stopping_) {
    connection.phase = Phase::reading;
    if (connection.unread.empty()) {
      connection.deadline = Clock::now() + options_.idle_deadline;
    } else {
      begin_request(connection);
      take(id, connection, std::exchange(connection.unread, {}));
    }
    return;
  }
  ::shutdown(connection.socket.get(), SHUT_WR);
  connection.phase = stopping_ ? Phase::closed : Phase::lingering;
  connection.deadline = Clock::now() + options_.linger_deadline;
}

void HttpServer::linger(Connection& connection) {
  std::array<char, 64 * 1024> buffer;
  for (int turn = 0; turn < reads_per_turn; ++turn) {
    const ssize_t count = ::recv(connection.socket.get(), buffer.data(), buffer.size(), 0);
    if (count > 0) connection.drained += static_cast<std::size_t>(count);
    if (count > 0 && connection.drained <= options_.linger_bytes) continue;
    if (count >= 0 || !would_block()) connection.phase = Phase::closed;
    return;
  }
}

void HttpServer::expire() {
  const auto now = Clock::now();
  for (auto& [id, connection] : connections_) {
    if (connection.phase == Phase::working || now < connection.deadline) continue;
    if (connection.phase == Phase::reading && !connection.idle()) {
      refuse(id, connection, Problem(408, "The request took too long to arrive."));
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
    if (connection.idle() || connection.phase == Phase::lingering) connection.phase = Phase::closed;
  }
}

void HttpServer::sweep() {
  std::erase_if(connections_, [this](const auto& entry) {
    if (entry.second.phase != Phase::closed) return false;
    buffered_bytes_ -= entry.second.received;
    return true;
  });
  open_ = connections_.size();
}

}  // namespace inkling::server
