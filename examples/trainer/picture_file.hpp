#pragma once

#include <inkling/image/grey_image.hpp>

#include <filesystem>

/// Decodes a PNG or JPEG file. Throws inkling::FileError when it cannot be read, and what decode_image throws.
inkling::GreyImage read_picture_file(const std::filesystem::path& path);
