# How the project builds itself. Included only when it is the top level: a user's project decides these things.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)  # one place for every program, whatever its folder

find_program(INKLING_CCACHE ccache)
mark_as_advanced(INKLING_CCACHE)
if(INKLING_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${INKLING_CCACHE})
endif()

add_link_options(LINKER:--as-needed)  # inkling::compiled brings libraries that not each program uses
