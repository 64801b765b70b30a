#pragma once

#include <span>
#include <string_view>

namespace inkling::server {

/// A file that is part of the program: the page, the API's description and its documentation.
struct Asset {
  std::string_view path;  // at which it is served: "/style.css"
  std::string_view content_type;
  std::string_view etag;  // quoted, from the content's hash
  std::string_view bytes;
};

/// Generated at build time by embed.cmake.
std::span<const Asset> assets() noexcept;

}  // namespace inkling::server
