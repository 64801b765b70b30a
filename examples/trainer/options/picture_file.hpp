#pragma once

#include <inkling/picture/grey_image.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What stands for the standard input among the names of pictures.
inline constexpr std::string_view standard_input = "-";

/// Decodes the file of a picture, or what comes from the standard input. Throws inkling::FileError when it cannot be
/// read, and what decode_image throws.
inkling::GreyImage read_picture_file(const std::filesystem::path& path);

/// Calls work for each path. What it throws about one picture is said on stderr, and the others still have their turn;
/// the command then ends with status 1.
void for_each_picture(const std::vector<std::string>& paths, const std::function<void(const std::string& path)>& work);
