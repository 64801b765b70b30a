#include "pictures/picture_file.hpp"

#include <inkling/codec/decode.hpp>
#include <inkling/form/run/sha256.hpp>

#include <iostream>
#include <span>
#include <string>

#include "pictures/file_list.hpp"

PictureFile::PictureFile(const std::string& name)
    : bytes_(name == standard_input ? inkling::read_picture_bytes(std::cin) : inkling::read_picture_bytes(name)) {}

std::string PictureFile::sha256() const {
  return inkling::form::sha256(std::as_bytes(std::span(bytes_)));
}

inkling::GreyImage PictureFile::decode() const {
  return inkling::decode_image(bytes_);
}
