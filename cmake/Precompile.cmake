# INKLING_PRECOMPILE: what nearly every file includes is read once for all of the project's programs and tests: of the library
# Eigen's matrices alone, because g++ instantiates in every file all templates that the inline functions of precompiled headers
# use (4,241 functions and 0.9 s a file with all of the library). scripts/test.sh asks for it. Off otherwise, so that each file
# shows that it includes what it needs.

file(CONFIGURE OUTPUT precompiled.cpp CONTENT "// nothing but the headers\n" @ONLY)
add_library(inkling-precompiled OBJECT ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp)
target_link_libraries(inkling-precompiled PRIVATE inkling_private)
target_precompile_headers(inkling-precompiled PRIVATE
  <inkling/core/matrix.hpp> <algorithm> <chrono> <cmath> <filesystem> <fstream> <functional> <iostream> <map> <memory> <mutex>
  <numeric> <optional> <random> <set> <span> <sstream> <stdexcept> <string> <thread> <unordered_map> <utility> <variant> <vector>)

# Every target below `folder` that links inkling_private.
function(inkling_precompile folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "EXECUTABLE|STATIC_LIBRARY")
      get_target_property(linked ${target} LINK_LIBRARIES)
      if(linked MATCHES "inkling_private|inkling-server-parts|inkling-command-parts")
        target_precompile_headers(${target} REUSE_FROM inkling-precompiled)
      endif()
    endif()
  endforeach()
  get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    inkling_precompile(${subfolder})
  endforeach()
endfunction()
inkling_precompile(${PROJECT_SOURCE_DIR})
