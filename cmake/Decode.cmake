# inkling::decode: reading PNG and JPEG (inkling/codec/decode.hpp). A target of its own, so that the library itself needs
# no image libraries. Used by this project and, installed, by find_package(inkling COMPONENTS decode).

find_package(PkgConfig REQUIRED)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
find_path(STB_INCLUDE_DIR stb/stb_image.h DOC "The folder of stb/stb_image.h (Debian: libstb-dev)" REQUIRED)

add_library(inkling::decode INTERFACE IMPORTED GLOBAL)
target_include_directories(inkling::decode SYSTEM INTERFACE ${STB_INCLUDE_DIR})
target_link_libraries(inkling::decode INTERFACE inkling::inkling PkgConfig::TURBOJPEG)
