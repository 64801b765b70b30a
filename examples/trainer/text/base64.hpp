#pragma once

#include <cstdint>
#include <span>
#include <string>

/// RFC 4648, with padding.
std::string base64(std::span<const std::uint8_t> bytes);
