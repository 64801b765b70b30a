# Writes OUTPUT, a C++ file that holds the bytes of FILES (a list, in FOLDER) and defines inkling::server::assets().
# Run as a script: cmake -D OUTPUT=... -D FOLDER=... -D FILES=... -P embed.cmake
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")

set(arrays "")
set(rows "")
foreach(name IN LISTS FILES)
  file(READ "${FOLDER}/${name}" bytes HEX)
  file(SHA256 "${FOLDER}/${name}" hash)
  string(SUBSTRING "${hash}" 0 16 hash)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(MAKE_C_IDENTIFIER "${name}" identifier)
  get_filename_component(extension "${name}" LAST_EXT)
  string(SUBSTRING "${extension}" 1 -1 extension)
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "embed.cmake: ${name} has no known content type")
  endif()
  set(path "/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND arrays "constexpr char ${identifier}[] = {${bytes}};\n")
  string(APPEND rows "    {\"${path}\", \"${type_${extension}}\", \"\\\"${hash}\\\"\", "
                     "{${identifier}, sizeof ${identifier}}},\n")
endforeach()

file(WRITE "${OUTPUT}" "// Generated from ${FILES} by embed.cmake.
#include \"assets.hpp\"

namespace inkling::server {
namespace {
${arrays}
constexpr Asset all[] = {
${rows}};
}  // namespace

std::span<const Asset> assets() noexcept { return all; }

}  // namespace inkling::server
")
