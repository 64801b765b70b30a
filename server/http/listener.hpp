#pragma once

#include <string>

#include "http/file_descriptor.hpp"

namespace inkling::server {

/// A non-blocking socket that listens on host (a name or an address, one of IPv6 with or without brackets) and port (0:
/// any free port). Throws Error when that cannot be, for
/// instance because the port is taken.
FileDescriptor listen_on(const std::string& host, int port);

/// Where a browser finds it: "http://127.0.0.1:8080", "http://[::1]:8080".
std::string url_of(const std::string& host, int port);

/// The port that a listening socket has.
int port_of(const FileDescriptor& listener);

}  // namespace inkling::server
