# Programs that hold their code once for each of several levels of x86-64, and choose when they start
# (cmake/cpu_check/start.cpp).
#
#     inkling_dispatch(PROGRAM LEVEL...) makes PROGRAM, which is defined already, such a program. The program and the static
#     libraries that it links are compiled for each LEVEL, the best last. Where there is a target NAME-LEVEL, it is
#     linked instead of NAME. -fno-gnu-unique has to be among the flags, for objcopy does not hide unique symbols.
#
# Of an inline function that several files have, such as std::sort's parts, the linker takes one copy. So that none which
# was compiled for AVX-512 is taken for the half that must do without, each half is first linked to one object that shows
# nothing but its main(). That takes GNU ld and objcopy.

set(inkling_start_folder ${CMAKE_CURRENT_LIST_DIR}/cpu_check)

function(inkling_dispatch program)
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" OR NOT CMAKE_OBJCOPY)
    message(FATAL_ERROR "inkling: ${program}: several levels (${ARGN}) need an x86-64 processor, GNU ld and objcopy")
  endif()
  set(halves "")
  set(declarations "")
  set(elements "")
  foreach(level IN LISTS ARGN)
    string(MAKE_C_IDENTIFIER ${level} id)
    inkling_compile_for_level(${program} ${level})
    inkling_link_half(${program}-${level} ${id})
    list(APPEND halves ${CMAKE_CURRENT_BINARY_DIR}/${program}-${level}.o)
    string(APPEND declarations
      "extern const unsigned inkling_required_features_${id};\n"
      "int inkling_main_${id}(int, char**);\n"
      "[[gnu::weak]] extern const Initialiser __start_inkling_initialisers_${id}[];\n"
      "[[gnu::weak]] extern const Initialiser __stop_inkling_initialisers_${id}[];\n")
    string(APPEND elements
      "    {\"${level}\", &inkling_required_features_${id}, __start_inkling_initialisers_${id},\n"
      "     __stop_inkling_initialisers_${id}, inkling_main_${id}},\n")
  endforeach()
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${program}-halves.cpp)
  configure_file(${inkling_start_folder}/halves.cpp.in ${list} @ONLY)
  add_library(${program}-start OBJECT EXCLUDE_FROM_ALL ${list} ${inkling_start_folder}/start.cpp
    ${inkling_start_folder}/cpu_features.cpp ${inkling_start_folder}/standard_descriptors.cpp)
  target_compile_features(${program}-start PRIVATE cxx_std_20)
  target_include_directories(${program}-start PRIVATE ${inkling_start_folder})
  # The libraries of the last half bring along what all halves share, such as zlib. They themselves have nothing to add.
  list(GET ARGN -1 best)
  get_target_property(libraries ${program}-${best} LINK_LIBRARIES)
  set_target_properties(${program} PROPERTIES SOURCES "${halves}" LINKER_LANGUAGE CXX
                                              LINK_LIBRARIES "${program}-start;${libraries}")
endfunction()

# TARGET-LEVEL: what `target` is, compiled for `level`; an executable as objects.
function(inkling_compile_for_level target level)
  get_target_property(libraries ${target} LINK_LIBRARIES)
  list(REMOVE_ITEM libraries inkling-cpu-check)
  set(libraries_for_level "")
  foreach(library IN LISTS libraries)
    if(TARGET ${library} AND NOT TARGET ${library}-${level})
      get_target_property(type ${library} TYPE)
      get_target_property(imported ${library} IMPORTED)
      if(type STREQUAL "STATIC_LIBRARY" AND NOT imported)
        inkling_compile_for_level(${library} ${level})
      endif()
    endif()
    if(TARGET ${library}-${level})
      string(APPEND library -${level})
    endif()
    list(APPEND libraries_for_level ${library})
  endforeach()

  get_target_property(sources ${target} SOURCES)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set_source_files_properties(${inkling_start_folder}/required_features.cpp PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    add_library(${target}-${level} OBJECT EXCLUDE_FROM_ALL ${sources} ${inkling_start_folder}/required_features.cpp)
  else()
    add_library(${target}-${level} STATIC EXCLUDE_FROM_ALL ${sources})
  endif()
  target_link_libraries(${target}-${level} PUBLIC ${libraries_for_level})
  foreach(property COMPILE_DEFINITIONS INCLUDE_DIRECTORIES INTERFACE_INCLUDE_DIRECTORIES)
    get_target_property(value ${target} ${property})
    if(value)
      set_property(TARGET ${target}-${level} PROPERTY ${property} ${value})
    endif()
  endforeach()
  set_target_properties(${target}-${level} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)  # those are for one level
endfunction()

# Links the objects of `target` and the static libraries that they need to TARGET.o.
function(inkling_link_half target id)
  set(half ${CMAKE_CURRENT_BINARY_DIR}/${target}.o)
  configure_file(${inkling_start_folder}/initialisers.ld.in ${half}.ld @ONLY)
  inkling_find_archives(${target} archives)
  list(TRANSFORM archives REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE files)
  add_custom_command(
    OUTPUT ${half}
    COMMAND ${CMAKE_CXX_COMPILER} -r -nostdlib -o ${half} -T ${half}.ld -Wl,--force-group-allocation
            $<TARGET_OBJECTS:${target}> -Wl,--start-group ${files} -Wl,--end-group
    COMMAND ${CMAKE_OBJCOPY} --redefine-sym main=inkling_main_${id} --keep-global-symbol inkling_main_${id}
            --redefine-sym inkling_required_features=inkling_required_features_${id}
            --keep-global-symbol inkling_required_features_${id} ${half}
    DEPENDS $<TARGET_OBJECTS:${target}> ${archives} ${half}.ld
    COMMENT "Linking ${target}.o"
    COMMAND_EXPAND_LISTS VERBATIM)
endfunction()

# The static libraries of this project that `target` links, directly or not.
function(inkling_find_archives target variable)
  set(archives "")
  foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
    get_target_property(libraries ${target} ${property})
    foreach(library IN LISTS libraries)
      if(TARGET ${library})
        get_target_property(imported ${library} IMPORTED)
        get_target_property(type ${library} TYPE)
        if(NOT imported)
          if(type STREQUAL "STATIC_LIBRARY")
            list(APPEND archives ${library})
          endif()
          inkling_find_archives(${library} further)
          list(APPEND archives ${further})
        endif()
      endif()
    endforeach()
  endforeach()
  list(REMOVE_DUPLICATES archives)
  set(${variable} ${archives} PARENT_SCOPE)
endfunction()
