#include "forms/page_source.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/core/error.hpp>
#include <inkling/form/run/sha256.hpp>
#include <inkling/picture/resize.hpp>
#include <inkling/picture/rgb_image.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>
#include <utility>

#include "forms/pdf.hpp"

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

}  // namespace

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
