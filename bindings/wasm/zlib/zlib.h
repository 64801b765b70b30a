#pragma once

// What Inkling's reading half asks of zlib, by stb_image's decoder, which emscripten needs no port for. Nothing is
// compressed in the browser.

using uLong = unsigned long;
using uLongf = unsigned long;
using Bytef = unsigned char;

inline constexpr int Z_OK = 0;
inline constexpr int Z_DATA_ERROR = -3;
inline constexpr int Z_NO_COMPRESSION = 0;
inline constexpr int Z_BEST_COMPRESSION = 9;

int uncompress(Bytef* to, uLongf* size, const Bytef* from, uLong from_size);

inline uLong compressBound(uLong size) {
  return size;
}

inline int compress2(Bytef*, uLongf*, const Bytef*, uLong, int) {
  return Z_DATA_ERROR;
}
