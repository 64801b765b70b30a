// The decoder is compiled a second time here: its functions must not collide with those of decode_test.cpp.
#include <inkling/codec/decode.hpp>
#include <inkling/picture/encode.hpp>

#include <doctest/doctest.h>

TEST_CASE("the decoder works from a second source file") {
  const inkling::GreyImage image(3, 3, 128);
  CHECK(inkling::decode_image(inkling::encode_png(image)) == image);
}
