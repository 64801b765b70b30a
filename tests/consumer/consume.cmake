# Configures, builds and runs the consumer project as a user would, then checks that nothing of ours leaked into it.
#   cmake -D VIA=find_package|add_subdirectory|FetchContent -D SOURCE=… -D BINARY=… -D LIBRARY=… -D GENERATOR=…
#         -D CXX=… [-D LAUNCHER=…] [-D PREFIX=…] -P consume.cmake

# A user's environment, not that of whoever runs the tests.
foreach(variable CXXFLAGS LDFLAGS CPATH)
  unset(ENV{${variable}})
endforeach()

file(REMOVE_RECURSE ${BINARY})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${CXX}
                        -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D CMAKE_PREFIX_PATH=${PREFIX}
                        -D INKLING_VIA=${VIA} -D INKLING_SOURCE_DIR=${LIBRARY}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BINARY} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${BINARY}/consumer COMMAND_ERROR_IS_FATAL ANY)

file(READ ${BINARY}/compile_commands.json commands)
foreach(flag " -march" " -mtune" " -W" " -O" " -Werror" "EIGEN_DONT_PARALLELIZE" "INKLING_SOURCE_DIR" "std=gnu\\+\\+17")
  if(commands MATCHES "${flag}")
    message(FATAL_ERROR "the library passes '${flag}' on to its users:\n${commands}")
  endif()
endforeach()
if(NOT commands MATCHES "std=(gnu|c)\\+\\+(20|2a)")
  message(FATAL_ERROR "expected the library to ask for C++20:\n${commands}")
endif()

load_cache(${BINARY} READ_WITH_PREFIX cache_ BUILD_TESTING CMAKE_BUILD_TYPE INKLING_BUILD_TESTS INKLING_BUILD_EXAMPLES
           INKLING_BUILD_SERVER INKLING_BUILD_BENCH INKLING_INSTALL)
foreach(variable BUILD_TESTING CMAKE_BUILD_TYPE INKLING_BUILD_TESTS INKLING_BUILD_EXAMPLES INKLING_BUILD_SERVER
                 INKLING_BUILD_BENCH INKLING_INSTALL)
  if(cache_${variable})
    message(FATAL_ERROR "the library sets ${variable}=${cache_${variable}} in its user's project")
  endif()
endforeach()
