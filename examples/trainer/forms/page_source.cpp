#include "forms/page_source.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/run/sha256.hpp>
#include <inkling/picture/resize.hpp>
#include <inkling/picture/rgb_image.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "forms/pdf.hpp"
#include "options/usage_error.hpp"

namespace {

using inkling::FileError;
using inkling::GreyImage;

// 48 megapixels of a phone in a file of its size.
constexpr inkling::DecodeLimits limits{.bytes = std::size_t{256} << 20U,
                                       .side = 65535,
                                       .pixels = inkling::Index{60} << 20U,
                                       .memory = std::size_t{400} << 20U};

/// Fax scans have other distances between lines than along them: each pixel is made square before anything else.
GreyImage with_square_pixels(const inkling::DecodedPage& page) {
  GreyImage picture = inkling::luma(page.colour);
  const double x = page.resolution.x;
  const double y = page.resolution.y;
  if (x <= 0 || y <= 0 || std::abs(x / y - 1) < 0.02 || x / y > 4 || y / x > 4) return picture;
  const double wide = static_cast<double>(picture.width()) * (x < y ? y / x : 1);
  const double high = static_cast<double>(picture.height()) * (y < x ? x / y : 1);
  inkling::FloatImage floats(picture.width(), picture.height());
  std::copy(picture.values().begin(), picture.values().end(), floats.values().begin());
  return inkling::to_grey(
      inkling::resize(floats, {0, 0, static_cast<double>(picture.width()), static_cast<double>(picture.height())},
                      static_cast<inkling::Index>(wide + 0.5), static_cast<inkling::Index>(high + 0.5)),
      255);
}

std::span<const std::uint8_t> as_picture(const std::vector<char>& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

bool is_tiff(const std::vector<char>& bytes) {
  const std::string_view start(bytes.data(), std::min<std::size_t>(bytes.size(), 3));
  return start.starts_with("II*") || start.starts_with("II+") || start.starts_with(std::string_view("MM\0", 3));
}

bool is_page_name(const std::filesystem::path& path) {
  constexpr std::array<std::string_view, 7> endings{".png", ".jpg", ".jpeg", ".pdf", ".tif", ".tiff", ".webp"};
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::find(endings.begin(), endings.end(), ending) != endings.end() &&
         !path.filename().string().starts_with('.');
}

std::vector<std::string> files_below(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(
      folder, std::filesystem::directory_options::skip_permission_denied, error);
  for (const std::filesystem::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error) && is_page_name(entry->path())) files.push_back(entry->path().string());
  }
  if (error) throw FileError(folder.string() + ": cannot list the folder: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

void append_lines(std::istream& in, std::vector<std::string>& names) {
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
}

}  // namespace

Shard Shard::parse(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto number = [&](const std::string& part) -> std::size_t {
    const bool digits = !part.empty() && part.size() < 7 &&
                        std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? std::stoul(part) : 0;
  };
  Shard shard{.i = 0, .n = 0};
  if (slash != std::string::npos) shard = {.i = number(text.substr(0, slash)), .n = number(text.substr(slash + 1))};
  if (shard.i < 1 || shard.i > shard.n) {
    throw UsageError("--shard: expected i/n with 1 <= i <= n, such as 2/5, got '" + text + "'");
  }
  return shard;
}

std::vector<std::string> list_files(const std::vector<std::string>& arguments, const std::string& list,
                                    const Shard& shard) {
  std::vector<std::string> names = arguments;
  if (list == "-") {
    append_lines(std::cin, names);
  } else if (!list.empty()) {
    std::ifstream file(list);
    if (!file) throw FileError(list + ": cannot open the list of files");
    append_lines(file, names);
  }
  std::vector<std::string> all;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    std::error_code ignored;
    const bool folder = std::filesystem::is_directory(name, ignored);
    for (std::string& file : folder ? files_below(name) : std::vector<std::string>{name}) {
      if (seen.insert(file).second) all.push_back(std::move(file));
    }
  }
  std::vector<std::string> part;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (k % shard.n == shard.i - 1) part.push_back(std::move(all[k]));
  }
  return part;
}

PageFile::PageFile(std::string name) : name_(std::move(name)) {
  std::ifstream file(name_, std::ios::binary);
  std::error_code error;
  if (!file || std::filesystem::is_directory(name_, error)) throw FileError("cannot open");
  const auto size = std::filesystem::file_size(name_, error);
  if (!error && size > limits.bytes) {
    throw FileError("the file has " + std::to_string(size >> 20U) + " MiB, expected up to " +
                    std::to_string(limits.bytes >> 20U));
  }
  bytes_.assign(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) throw FileError("cannot read");
  hash_ = inkling::form::sha256(std::as_bytes(std::span(bytes_)));
}

bool PageFile::is_pdf() const noexcept {
  // Some writers put a few bytes in front.
  return std::string_view(bytes_.data(), std::min<std::size_t>(bytes_.size(), 1024)).find("%PDF-") !=
         std::string_view::npos;
}

int PageFile::pages() const {
  if (bytes_.empty()) throw FileError("the file is empty");
  return is_pdf() ? pdf_pages(name_) : static_cast<int>(inkling::count_pages(as_picture(bytes_), limits));
}

GreyImage PageFile::page(int number) const {
  GreyImage picture =
      is_pdf() ? pdf_page(name_, number)
      : is_tiff(bytes_)
          ? with_square_pixels(inkling::decode_page(as_picture(bytes_), static_cast<std::size_t>(number - 1), limits))
          : inkling::decode_image(as_picture(bytes_), limits);
  const auto [least, most] = std::minmax_element(picture.values().begin(), picture.values().end());
  if (*most - *least < 8) throw FileError("nothing is on the page: it is all of one grey, or could not be drawn");
  return picture;
}
