# inkling::decode: reading PNG and JPEG (inkling/codec/decode.hpp). A target of its own, so that the library itself needs
# no image libraries. Used by this project, in other projects, and by find_package(inkling COMPONENTS decode). Where an
# image library is missing there is no such target, and inkling_decode_missing says why.

set(inkling_decode_missing "")
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(TURBOJPEG QUIET IMPORTED_TARGET GLOBAL libturbojpeg)
endif()
find_path(STB_INCLUDE_DIR stb/stb_image.h DOC "The folder of stb/stb_image.h (Debian: libstb-dev)")
mark_as_advanced(STB_INCLUDE_DIR)
if(NOT PkgConfig_FOUND)
  set(inkling_decode_missing "pkg-config was not found")
elseif(NOT TURBOJPEG_FOUND)
  set(inkling_decode_missing "libturbojpeg was not found (Debian: libturbojpeg0-dev)")
elseif(NOT STB_INCLUDE_DIR)
  set(inkling_decode_missing "stb/stb_image.h was not found (Debian: libstb-dev)")
else()
  add_library(inkling::decode INTERFACE IMPORTED GLOBAL)
  target_include_directories(inkling::decode SYSTEM INTERFACE ${STB_INCLUDE_DIR})
  target_link_libraries(inkling::decode INTERFACE inkling::inkling PkgConfig::TURBOJPEG)
endif()
