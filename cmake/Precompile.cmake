# INKLING_PRECOMPILE: the headers of the library and of the standard one are read once for all of the project's programs and
# tests. scripts/test.sh asks for it. Off otherwise, so that each file shows that it includes what it needs.

file(CONFIGURE OUTPUT precompiled.cpp CONTENT "// nothing but the headers\n" @ONLY)
add_library(inkling-precompiled OBJECT ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp)
target_link_libraries(inkling-precompiled PRIVATE inkling_private)
target_precompile_headers(inkling-precompiled PRIVATE
  <inkling/inkling.hpp> <nlohmann/json.hpp> <algorithm> <chrono> <filesystem> <fstream> <functional> <iostream> <map> <random>
  <regex> <set> <sstream> <thread> <unordered_map>)

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
