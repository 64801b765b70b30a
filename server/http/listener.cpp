#include "http/listener.hpp"

#include <inkling/core/error.hpp>

#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>

namespace inkling::server {
namespace {

constexpr int backlog = 511;

FileDescriptor try_listen(const addrinfo& address) {
  FileDescriptor socket(::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  // A restart may follow at once; without SO_REUSEPORT a second server on the same port is an error, as it should be.
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(socket.get(), address.ai_addr, address.ai_addrlen) != 0) return {};
  if (::listen(socket.get(), backlog) != 0) return {};
  return socket;
}

/// "::1" of "[::1]", as it stands in addresses of the web.
std::string without_brackets(const std::string& host) {
  const bool has = host.size() > 2 && host.front() == '[' && host.back() == ']';
  return has ? host.substr(1, host.size() - 2) : host;
}

}  // namespace

std::string url_of(const std::string& host, int port) {
  const std::string bare = without_brackets(host);
  const bool ipv6 = bare.find(':') != std::string::npos;
  return "http://" + (ipv6 ? '[' + bare + ']' : bare) + ':' + std::to_string(port);
}

FileDescriptor listen_on(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(without_brackets(host).c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) throw Error("cannot listen on host " + host + ": " + ::gai_strerror(failure));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);

  int error = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    if (FileDescriptor listener = try_listen(*address)) return listener;
    error = errno;
  }
  throw Error("cannot listen on " + host + ", port " + std::to_string(port) + ": " +
              std::generic_category().message(error));
}

int port_of(const FileDescriptor& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  // The sockets interface predates void*: every address type begins with the fields of sockaddr.
  if (::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw Error("cannot read the port of a socket: " + std::generic_category().message(errno));
  }
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace inkling::server
