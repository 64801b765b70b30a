# inkling::compiled: the same headers, with the bodies (every .ipp) compiled once, into a static library of the project
# that links it and with that project's flags. So no binary is installed, and none can have been built with other flags.
# Used by this project, and by others through find_package, add_subdirectory and FetchContent.
#
#     inkling_add_compiled(TARGET INCLUDE_DIR) creates TARGET out of the .ipp files below INCLUDE_DIR/inkling.

set(INKLING_BODIES_A_FILE 8 CACHE STRING
    "How many of Inkling's .ipp files inkling::compiled compiles together; 1 shows that each includes what it needs")
mark_as_advanced(INKLING_BODIES_A_FILE)

function(inkling_add_compiled target include_dir)
  file(GLOB_RECURSE bodies CONFIGURE_DEPENDS RELATIVE ${include_dir} ${include_dir}/inkling/*.ipp)
  if(NOT TARGET inkling::decode)
    list(FILTER bodies EXCLUDE REGEX "^inkling/(codec/|normalise/labelled_pictures)")
  endif()
  if(NOT TARGET inkling::form)
    list(FILTER bodies EXCLUDE REGEX "^inkling/form/(run|barcode)/")
  elseif(NOT TARGET ZXing::ZXing)
    list(FILTER bodies EXCLUDE REGEX "^inkling/form/barcode/")
  endif()
  set(sources "")
  foreach(file IN LISTS bodies)
    string(REGEX REPLACE "^inkling/|/|\\.ipp$" " " name ${file})
    string(STRIP ${name} name)
    string(MAKE_C_IDENTIFIER ${name} name)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}/${name}.cpp)
    string(REGEX REPLACE "ipp$" "hpp" header ${file})  # first, which shows that it includes what it needs
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <@header@>\n#include <@file@>\n" @ONLY)
    list(APPEND sources ${source})
    # Files of one folder are compiled together. What calls a library that few programs need has objects of its own:
    # a program without runs does not need SQLite, one without barcodes not ZXing.
    string(REGEX MATCH "^inkling/(form/(run|barcode)/[a-z0-9_]+|[a-z]+)" folder ${file})
    string(MAKE_C_IDENTIFIER ${folder} folder)
    if(NOT DEFINED count_of_${folder})
      set(count_of_${folder} 0)
    endif()
    math(EXPR batch "${count_of_${folder}} / ${INKLING_BODIES_A_FILE}")
    math(EXPR count_of_${folder} "${count_of_${folder}} + 1")
    set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder}_${batch})
  endforeach()
  add_library(${target} STATIC EXCLUDE_FROM_ALL ${sources})
  target_compile_definitions(${target} PUBLIC INKLING_COMPILED)
  target_link_libraries(${target} PUBLIC inkling::inkling $<TARGET_NAME_IF_EXISTS:inkling::decode>)
  if(TARGET inkling::form)  # its headers alone: who reads runs or barcodes links inkling::form
    target_include_directories(${target} SYSTEM PRIVATE $<TARGET_PROPERTY:inkling::form,INTERFACE_INCLUDE_DIRECTORIES>)
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP POSITION_INDEPENDENT_CODE ON
                                             EXPORT_COMPILE_COMMANDS OFF)
endfunction()
