#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/exchange.hpp"
#include "http/file_descriptor.hpp"
#include "http/request_reader.hpp"
#include "http/worker_pool.hpp"

namespace inkling::server {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 8080;         // 0: any free port
  int threads = 8;         // that answer requests
  std::size_t queue = 64;  // whole requests that wait for a thread; beyond it 503
  std::size_t connections = 512;
  std::size_t buffered_bytes = 64 * 1024 * 1024;     // of all unanswered requests together; beyond it 503
  std::chrono::milliseconds read_deadline{10'000};   // for the head of a request, from accept or its first byte
  std::size_t minimum_rate = 2'000;                  // bytes a second of a body, on average after read_deadline
  std::chrono::milliseconds idle_deadline{60'000};   // between two requests of a connection
  std::chrono::milliseconds write_deadline{10'000};  // for a whole answer
  std::chrono::milliseconds drain_deadline{10'000};  // for everything, once stop() was called
  std::chrono::milliseconds linger_deadline{2'000};  // for a client to close what is not kept, once it has its answer
  std::size_t linger_bytes = 8 * 1024 * 1024;        // that it may still send before it is cut off
  RequestReader::Limits request = {};
};

/// What the server has to do just now.
struct Load {
  std::size_t connections = 0;
  std::size_t queued = 0;  // whole requests that wait for a thread
};

/// Serves HTTP/1.1. A connection takes requests one after another, and the next is not read before the last is
/// answered; after one that could not be read, it is closed. One thread does all reading and writing without ever
/// waiting for a single client; only whole requests reach the threads that answer. A slow or idle client therefore
/// costs a socket and no thread, and every resource has a bound.
class HttpServer {
 public:
  /// Listens from here on: what connects before run() waits in the backlog. Throws Error when it cannot listen.
  HttpServer(HttpServerOptions options, Handler handler, Observer observer = {});
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  ~HttpServer() = default;

  int port() const noexcept { return port_; }

  /// May be called from any thread.
  Load load() const { return {.connections = open_, .queued = workers_.queued()}; }

  /// Serves until stop(), then answers what has begun, and returns.
  void run();

  /// May be called from any thread, before or during run().
  void stop() noexcept;

 private:
  using Clock = std::chrono::steady_clock;
  enum class Phase {
    reading,
    working,    // queued or being answered
    streaming,  // being answered, and what is ready is being written
    writing,
    lingering,  // answered; waits for the client to close, lest unread bytes reset the connection under the answer
    closed,
  };
  struct Connection {
    FileDescriptor socket;
    RequestReader reader;
    Clock::time_point deadline;
    Clock::time_point begin = {};  // of the request that is being read
    Phase phase = Phase::reading;
    std::size_t received = 0;  // bytes that are held for it
    std::string unread = {};   // that came with the request before: the beginning of the next
    std::string answer = {};
    std::size_t sent = 0;
    std::size_t drained = 0;  // bytes thrown away while lingering
    bool answered = false;    // at least one request
    bool keep_alive = false;  // after this answer

    bool idle() const noexcept { return phase == Phase::reading && !reader.started(); }
    int owed() const noexcept;  // the least is the first to give way
  };
  using Id = std::uint64_t;  // ascending in the order of accept

  void wait();
  void accept_all();
  void make_room();
  bool drop_least_owed();
  void begin_request(Connection& connection) const;
  Clock::time_point read_deadline(const Connection& connection) const;
  static short events_of(const Connection& connection) noexcept;
  void serve(Id id, Connection& connection);
  void read(Id id, Connection& connection);
  void take(Id id, Connection& connection, std::string_view bytes);
  void submit(Id id, Connection& connection);
  void write(Id id, Connection& connection);
  void end_answer(Id id, Connection& connection);
  void linger(Connection& connection);
  void refuse(Id id, Connection& connection, const Problem& problem);
  struct Answer {
    Id id;
    std::string bytes;
    bool last = true;  // no other piece follows
    bool keep_alive = false;
  };
  void deliver(Answer answer);
  void start_writing(Id id, Connection& connection, Answer answer);
  void observe(AnswerRecord record, Clock::time_point begin) const;
  std::string next_request_id();
  void collect_answers();
  void expire();
  void begin_stop();
  void sweep();
  void wake() noexcept;

  HttpServerOptions options_;
  Handler handler_;
  Observer observer_;
  FileDescriptor listener_;
  int port_;
  FileDescriptor wake_;  // an eventfd: a thread has an answer, or stop() was called
  std::atomic<bool> stop_requested_ = false;
  bool stopping_ = false;
  bool out_of_descriptors_ = false;  // so that no connection can be accepted until one is closed
  Clock::time_point stop_deadline_ = {};

  Id next_id_ = 1;
  std::uint64_t next_request_;
  std::atomic<std::size_t> open_ = 0;  // connections
  std::map<Id, Connection> connections_;
  std::size_t buffered_bytes_ = 0;
  std::vector<pollfd> polled_;
  std::vector<Id> polled_ids_;  // of polled_, after the two fixed entries

  std::mutex answers_mutex_;
  std::vector<Answer> answers_;  // guarded by answers_mutex_
  WorkerPool workers_;           // last: its threads use the members above
};

}  // namespace inkling::server
