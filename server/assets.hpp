#pragma once

#include <span>
#include <string_view>

namespace inkling::server {

/// A file of web/, part of the program.
struct Asset {
  std::string_view path;  // "/style.css"; index.html is "/"
  std::string_view content_type;
  std::string_view etag;  // quoted, from the content's hash
  std::string_view bytes;
};

/// Generated at build time by embed.cmake.
std::span<const Asset> assets() noexcept;

}  // namespace inkling::server
