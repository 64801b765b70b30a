#include "http/http_server.hpp"

#include <inkling/core/error.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <utility>
#include <vector>

#include "gate.hpp"
#include "http/file_descriptor.hpp"

using namespace inkling::server;
using inkling::server::test::Gate;
using namespace std::chrono_literals;

namespace {

/// A client that says whatever it likes.
class Client {
 public:
  explicit Client(int port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }

  /// False when the server no longer listens to us.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  /// Waits until the server has said something to one of the two.
  friend Client& first_to_hear(Client& a, Client& b) {
    std::array<pollfd, 2> sockets{{{a.socket_.get(), POLLIN, 0}, {b.socket_.get(), POLLIN, 0}}};
    REQUIRE(::poll(sockets.data(), sockets.size(), -1) > 0);
    return sockets[0].revents != 0 ? a : b;
  }

  void finish_sending() { ::shutdown(socket_.get(), SHUT_WR); }

  /// Up to `size` bytes, or all until the server closes.
  std::string receive(std::size_t size = std::string::npos) {
    std::string bytes;
    std::array<char, 4096> buffer;
    while (bytes.size() < size) {
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      bytes.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return bytes;
  }

  /// One answer with a Content-Length; what comes after it is kept for the next call.
  std::string receive_answer() {
    std::array<char, 4096> buffer;
    for (;;) {
      const std::size_t head = received_.find("\r\n\r\n");
      const std::size_t field = received_.find("Content-Length: ");
      if (head != std::string::npos && field < head) {
        const std::size_t size = head + 4 + std::stoul(received_.substr(field + 16));
        if (received_.size() >= size) {
          std::string answer = received_.substr(0, size);
          received_.erase(0, size);
          return answer;
        }
      }
      const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) return {};
      received_.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  FileDescriptor socket_;
  std::string received_;
};

/// What an observer heard.
class Records {
 public:
  void add(const AnswerRecord& record) {
    const std::lock_guard lock(mutex_);
    records_.push_back(record);
  }
  std::vector<AnswerRecord> take() {
    const std::lock_guard lock(mutex_);
    return std::move(records_);
  }

 private:
  std::mutex mutex_;
  std::vector<AnswerRecord> records_;
};

/// A server on a free port, with a handler that answers with the length of the body.
struct Running {
  explicit Running(HttpServerOptions options = {}, Gate* gate = nullptr, Observer observer = {})
      : server(
            with_free_port(options),
            [this, gate](const Request& request) {
              ++asked;
              if (gate != nullptr && request.path == "/wait") gate->pass();
              if (request.path == "/stream") return stream(gate);
              return Response{.content_type = "text/plain", .body = std::to_string(request.body.size())};
            },
            std::move(observer)) {}
  ~Running() { server.stop(); }

  static HttpServerOptions with_free_port(HttpServerOptions options) {
    options.port = 0;
    return options;
  }

  /// The answers to all that is in `request`: after it, the client sends nothing more.
  std::string ask(std::string_view request) const {
    Client client(server.port());
    client.send(request);
    client.finish_sending();
    return client.receive();
  }
  void check_next_client_is_served() const {
    const std::string answer = ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with("\r\n\r\n0"));
  }

  /// A piece, another one when the gate is open, and much more.
  Response stream(Gate* gate) {
    return {.stream = [this, gate](const Sink& sink) {
      sink("first");
      if (gate != nullptr) gate->pass();
      sink("second");
      for (int i = 0; i < 100; ++i) sink(std::string(10'000, 'a'));
      ++streamed;
    }};
  }

  std::atomic<int> asked = 0;
  std::atomic<int> streamed = 0;
  HttpServer server;
  std::jthread thread{[this] { server.run(); }};
};

/// While it lives, the process may open one more descriptor: a client's end of a connection, and not the server's.
class OneDescriptor {
 public:
  OneDescriptor() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    const rlimit limit{.rlim_cur = static_cast<rlim_t>(lowest_free) + 1, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  OneDescriptor(const OneDescriptor&) = delete;
  OneDescriptor& operator=(const OneDescriptor&) = delete;
  ~OneDescriptor() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

int answers_in(const std::string& text) {
  int count = 0;
  for (std::size_t at = text.find("HTTP/1.1 "); at != std::string::npos; at = text.find("HTTP/1.1 ", at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("a request is answered") {
  const Running running;
  CHECK(running.ask("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello").ends_with("\r\n\r\n5"));
  running.check_next_client_is_served();
}

TEST_CASE("a taken port is an error") {
  const Running running;
  CHECK_THROWS_AS(HttpServer({.port = running.server.port()}, [](const Request&) { return Response{}; }),
                  inkling::Error);
}

TEST_CASE("hostile requests get one refusal, no handler sees them, and the next client is served") {
  const std::string post = "POST /predict HTTP/1.1\r\nHost: a\r\n";
  const std::string mebibyte(1024 * 1024, 'a');
  struct Attack {
    const char* name;
    std::string bytes;
    int status;
  };
  std::vector<Attack> attacks = {
      {"endless header line", "GET / HTTP/1.1\r\nA: " + mebibyte, 431},
      {"endless request line", "GET /" + mebibyte, 431},
      {"long body announced", post + "Content-Length: 20000000\r\n\r\n" + mebibyte, 413},
      {"negative chunk", post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + mebibyte, 400},
      {"huge chunk", post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffe\r\n" + mebibyte, 413},
      {"length and chunks", post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 4\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"gzip body", post + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\x1f\x8b", 415},
      {"TLS", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
      {"bare line feeds", "GET / HTTP/1.1\nHost: a\n\n\r\n\r\n", 400},
  };
  std::string flood = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 20'000; ++i) flood += "A: b\r\n";
  attacks.push_back({"20,000 headers", flood + "\r\n", 431});
  std::string chunks = post + "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 5; ++i) chunks += "100000\r\n" + mebibyte + "\r\n";
  attacks.push_back({"5 MiB in chunks", chunks + "0\r\n\r\n", 413});

  Running running;
  for (const Attack& attack : attacks) {
    CAPTURE(attack.name);
    const int before = running.asked;
    const std::string answer = running.ask(attack.bytes);
    CHECK(status_of(answer) == attack.status);
    CHECK(answers_in(answer) == 1);
    CHECK(answer.find("application/problem+json") != std::string::npos);
    CHECK(running.asked == before);
    running.check_next_client_is_served();
  }
}

TEST_CASE("a range is ignored: the whole answer comes once") {
  const Running running;
  std::string ranges = "GET / HTTP/1.1\r\nRange: bytes=0-0";
  for (int i = 0; i < 1000; ++i) ranges += ",0-0";
  const std::string answer = running.ask(ranges + "\r\n\r\n");
  CHECK(status_of(answer) == 200);
  CHECK(answer.ends_with("\r\n\r\n0"));
}

TEST_CASE("a connection takes one request after another") {
  Running running;
  Client client(running.server.port());
  for (std::size_t size = 0; size < 5; ++size) {
    client.send("POST / HTTP/1.1\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'a'));
    CHECK(client.receive_answer().ends_with("\r\n\r\n" + std::to_string(size)));
  }
  CHECK(running.asked == 5);
}

TEST_CASE("requests that are sent together are answered one by one, in their order") {
  const Running running({.threads = 4});
  std::string requests;
  for (std::size_t size = 0; size < 50; ++size) {
    requests += "POST / HTTP/1.1\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'a');
    requests += "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
  }
  Client client(running.server.port());
  client.send(requests);
  for (std::size_t size = 0; size < 50; ++size) {
    CHECK(client.receive_answer().ends_with("\r\n\r\n" + std::to_string(size)));
    CHECK(client.receive_answer().ends_with("\r\n\r\n1"));
  }
}

TEST_CASE("the last request of a connection may say so") {
  Running running;
  const std::string second = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(answers_in(running.ask("GET / HTTP/1.1\r\nConnection: close\r\n\r\n" + second)) == 1);
  CHECK(answers_in(running.ask("GET / HTTP/1.0\r\n\r\n" + second)) == 1);
  CHECK(running.asked == 2);
  Client client(running.server.port());
  client.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string answer = client.receive();  // ends although the client has not closed
  CHECK(answer.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("what follows a request that was refused is not read") {
  Running running;
  const std::string second = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const char* first :
       {"POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 0\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: identity\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", "nonsense\r\n\r\n"}) {
    CAPTURE(first);
    const std::string answer = running.ask(first + second);
    CHECK(answers_in(answer) == 1);
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
  }
  CHECK(running.asked == 0);
}

TEST_CASE("each answer has an id of its own, and the observer hears of it") {
  Records records;
  Running running({}, nullptr, [&](const AnswerRecord& record) { records.add(record); });
  const std::string answer = running.ask("GET /a HTTP/1.1\r\n\r\nnonsense\r\n\r\n");
  const std::vector<AnswerRecord> heard = records.take();
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].method == "GET");
  CHECK(heard[0].status == 200);
  CHECK(heard[0].time.count() > 0);
  CHECK(heard[1].method == "");
  CHECK(heard[1].status == 400);
  CHECK(heard[0].id != heard[1].id);
  for (const AnswerRecord& record : heard) {
    CHECK(record.id.size() == 16);
    CHECK(answer.find("X-Request-Id: " + record.id + "\r\n") != std::string::npos);
  }
}

TEST_CASE("the load is what is open and what waits") {
  Gate gate;
  Running running({.threads = 1, .queue = 4}, &gate);
  const std::string request = "GET /wait HTTP/1.1\r\n\r\n";
  Client working(running.server.port());
  working.send(request);
  gate.await(1);
  Client queued(running.server.port());
  queued.send(request);
  while (running.server.load().queued < 1) std::this_thread::yield();
  while (running.server.load().connections < 2) std::this_thread::yield();
  gate.open();
  CHECK(status_of(queued.receive_answer()) == 200);
  CHECK(running.server.load().queued == 0);
}

TEST_CASE("a client that is refused and goes on sending is cut off after so much") {
  const Running running({.linger_deadline = 24h});
  Client client(running.server.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 20000000\r\n\r\n");
  CHECK(status_of(client.receive()) == 413);
  const std::string mebibyte(1024 * 1024, 'a');
  int sent = 0;
  while (sent < 200 && client.send(mebibyte)) ++sent;
  CHECK(sent >= 7);   // 8 MiB are drained, in case the client reads only when it has sent everything
  CHECK(sent < 200);  // and what lies in the buffers of both sockets
  running.check_next_client_is_served();
}

TEST_CASE("a client that is refused, sends nothing and never closes is cut off after a while") {
  const Running running({.connections = 1, .linger_deadline = 50ms});
  Client client(running.server.port());
  client.send("nonsense\r\n\r\n");
  CHECK(status_of(client.receive()) == 400);
  while (running.server.load().connections > 0) std::this_thread::yield();
}

TEST_CASE("a body that ends early is refused") {
  Running running;
  Client client(running.server.port());
  client.send("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf");
  client.finish_sending();
  CHECK(status_of(client.receive()) == 400);
  CHECK(running.asked == 0);
}

TEST_CASE("a client that goes away at any moment hurts nobody") {
  const Running running;
  const std::string request = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t size = 0; size <= request.size(); ++size)
    Client(running.server.port()).send(request.substr(0, size));
  running.check_next_client_is_served();
}

TEST_CASE("a client that waits for permission gets it") {
  const Running running;
  Client client(running.server.port());
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(client.receive(1) == "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  CHECK(client.receive_answer().ends_with("\r\n\r\n2"));
}

TEST_CASE("a client that waits for permission to send too much is refused at once") {
  const Running running;
  Client client(running.server.port());
  client.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 20000000\r\n\r\n");
  CHECK(status_of(client.receive()) == 413);
}

TEST_CASE("a connection that is not used again is closed") {
  const Running running({.idle_deadline = 50ms});
  Client client(running.server.port());
  client.send("GET / HTTP/1.1\r\n\r\n");
  CHECK(status_of(client.receive()) == 200);
}

TEST_CASE("a slow second request is cut off like a first one") {
  const Running running({.read_deadline = 300ms});
  Client client(running.server.port());
  client.send("GET / HTTP/1.1\r\n\r\nGET /");
  CHECK(status_of(client.receive_answer()) == 200);
  CHECK(status_of(client.receive()) == 408);
}

TEST_CASE("slow clients are cut off, and keep nobody waiting") {
  const Running running({.read_deadline = 300ms});
  Client silent(running.server.port());
  Client stuck(running.server.port());
  stuck.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nh");
  Client dripping(running.server.port());
  std::jthread drip([&] {
    while (dripping.send("G")) std::this_thread::sleep_for(10ms);
  });
  running.check_next_client_is_served();
  CHECK(silent.receive() == "");
  CHECK(status_of(stuck.receive()) == 408);
  CHECK(status_of(dripping.receive()) == 408);
  dripping.finish_sending();
}

TEST_CASE("a body has as long as its bytes take at the minimum rate") {
  const Running running({.read_deadline = 300ms, .minimum_rate = 100});
  Client slow(running.server.port());
  slow.send("POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n");
  for (int piece = 0; piece < 10; ++piece) {  // each is worth a second
    std::this_thread::sleep_for(50ms);
    slow.send(std::string(100, 'a'));
  }
  CHECK(slow.receive_answer().ends_with("\r\n\r\n1000"));
}

TEST_CASE("a body that falls below the minimum rate is cut off, and so is a head at any rate") {
  const Running running({.read_deadline = 300ms, .minimum_rate = 1'000'000});
  Client body(running.server.port());
  body.send("POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n");
  std::jthread drip([&] {
    while (body.send("0123456789")) std::this_thread::sleep_for(10ms);
  });
  CHECK(status_of(body.receive()) == 408);
  body.finish_sending();
  const Running generous({.read_deadline = 300ms, .minimum_rate = 1});
  Client head(generous.server.port());
  head.send("GET / HTTP/1.1\r\nA: " + std::string(5000, 'a'));
  CHECK(status_of(head.receive()) == 408);
}

TEST_CASE("without a descriptor for a new client the one that idles gives way") {
  const Running running;
  Client idle(running.server.port());
  idle.send("GET / HTTP/1.1\r\n\r\n");
  CHECK(status_of(idle.receive_answer()) == 200);
  const OneDescriptor limit;
  Client next(running.server.port());
  next.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(status_of(next.receive_answer()) == 200);
  CHECK(idle.receive() == "");
}

TEST_CASE("without a descriptor for a new client, and none that can give way, it is served when one is free") {
  Gate gate;
  Running running({}, &gate);
  Client working(running.server.port());
  working.send("GET /wait HTTP/1.1\r\nConnection: close\r\n\r\n");
  gate.await(1);
  const OneDescriptor limit;
  Client next(running.server.port());
  next.send("GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  gate.open();
  CHECK(status_of(working.receive_answer()) == 200);
  working.finish_sending();
  CHECK(status_of(next.receive_answer()) == 200);
}

TEST_CASE("when the queue is full a request is refused with 503") {
  Gate gate;
  Running running({.threads = 1, .queue = 1}, &gate);
  const std::string request = "GET /wait HTTP/1.1\r\n\r\n";
  Client working(running.server.port());
  working.send(request);
  gate.await(1);
  Client queued(running.server.port());
  queued.send(request);
  const std::string refusal = running.ask("GET / HTTP/1.1\r\n\r\n");
  CHECK(status_of(refusal) == 503);
  CHECK(refusal.find("Retry-After: 1\r\n") != std::string::npos);
  gate.open();
  CHECK(status_of(working.receive_answer()) == 200);
  CHECK(status_of(queued.receive_answer()) == 200);
}

TEST_CASE("unfinished requests share a bounded memory") {
  Running running({.buffered_bytes = 100'000});
  Client first(running.server.port());
  first.send("POST / HTTP/1.1\r\nContent-Length: 90000\r\n\r\n" + std::string(80'000, 'a'));
  Client second(running.server.port());
  second.send("POST / HTTP/1.1\r\nContent-Length: 90000\r\n\r\n" + std::string(80'000, 'a'));
  // Whichever of the two exceeds the bound is refused; the other can then finish.
  Client& refused = first_to_hear(first, second);
  Client& other = &refused == &first ? second : first;
  CHECK(status_of(refused.receive_answer()) == 503);
  other.send(std::string(10'000, 'a'));
  CHECK(status_of(other.receive_answer()) == 200);
  running.check_next_client_is_served();
}

TEST_CASE("idle connections give way to those that ask") {
  const Running running({.threads = 1, .queue = 1, .connections = 8});
  std::vector<Client> idle;
  for (int i = 0; i < 50; ++i) idle.emplace_back(running.server.port());
  running.check_next_client_is_served();
}

TEST_CASE("requests that never become whole give way to those that do") {
  const Running running({.threads = 1, .queue = 1, .connections = 8});
  std::vector<Client> half;
  for (int i = 0; i < 50; ++i)
    half.emplace_back(running.server.port()).send("POST / HTTP/1.1\r\nContent-Length: 9\r\n");
  running.check_next_client_is_served();
}

TEST_CASE("a piece of an answer reaches its client before the next is made") {
  Gate gate;
  Records records;
  Running running({}, &gate, [&](const AnswerRecord& record) { records.add(record); });
  Client client(running.server.port());
  client.send("GET /stream HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  std::string answers = client.receive(1);
  while (answers.find("first") == std::string::npos) answers += client.receive(1);
  CHECK(answers.find("second") == std::string::npos);
  CHECK(records.take().empty());
  running.check_next_client_is_served();
  gate.open();
  answers += client.receive();
  CHECK(answers.find("\r\n5\r\nfirst\r\n6\r\nsecond\r\n2710\r\naaa") != std::string::npos);
  const std::size_t next = answers.find("a\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n");
  REQUIRE(next != std::string::npos);
  CHECK(answers.ends_with("\r\n\r\n0"));
  CHECK(answers.size() > 1'000'000);
  const std::vector<AnswerRecord> heard = records.take();
  CHECK(std::any_of(heard.begin(), heard.end(), [](const auto& record) { return record.response_bytes > 1'000'000; }));
}

TEST_CASE("a client that goes away in the middle of an answer, or does not take it, keeps nobody waiting") {
  Gate gate;
  Running running({.threads = 2, .write_deadline = 50ms}, &gate);
  for (int i = 0; i < 4; ++i) {
    Client client(running.server.port());
    client.send("GET /stream HTTP/1.1\r\n\r\n");
    if (i == 0) continue;  // gone before the beginning
    std::string begin = client.receive(1);
    while (begin.find("first") == std::string::npos) begin += client.receive(1);
    if (i == 1) gate.open();
  }
  Client idle(running.server.port());
  idle.send("GET /stream HTTP/1.1\r\n\r\n");
  running.check_next_client_is_served();
  while (running.streamed < 5) std::this_thread::yield();
}

TEST_CASE("stop answers what has begun, then run returns") {
  Gate gate;
  Running running({.threads = 1}, &gate);
  Client idle(running.server.port());
  Client idle_again(running.server.port());
  idle_again.send("GET / HTTP/1.1\r\n\r\n");
  CHECK(status_of(idle_again.receive_answer()) == 200);
  Client working(running.server.port());
  working.send("GET /wait HTTP/1.1\r\n\r\n");
  gate.await(1);
  running.server.stop();
  CHECK(idle.receive() == "");
  CHECK(idle_again.receive() == "");
  gate.open();
  CHECK(status_of(working.receive()) == 200);  // and the connection ends
  running.thread.join();
}

TEST_CASE("many clients at once all get their own answer") {
  const Running running({.queue = 1000});
  std::vector<std::jthread> clients;
  std::atomic<int> right = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    clients.emplace_back([&, i] {
      for (std::size_t j = 0; j < 25; ++j) {
        const std::size_t size = 1000 * i + j;
        const std::string length = std::to_string(size);
        const std::string answer =
            running.ask("POST / HTTP/1.1\r\nContent-Length: " + length + "\r\n\r\n" + std::string(size, 'a'));
        if (answer.ends_with("\r\n\r\n" + length)) ++right;
      }
    });
  }
  clients.clear();
  CHECK(right == 16 * 25);
}
