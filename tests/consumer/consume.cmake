# Configures, builds and tests a project as a user would, in an empty folder; with CHECK_LEAKS, also that nothing of ours
# leaked into it.
#   cmake -D SOURCE=… -D BINARY=… -D GENERATOR=… -D CXX=… [-D LAUNCHER=…] [-D PREFIX=…] [-D OPTIONS=A=1;B=2]
#         [-D CHECK_LEAKS=ON] [-D CONFIGURE_ONLY=ON] [-D REFUSED=REGEX] [-D UNLINKED=REGEX] -P consume.cmake
# REFUSED: configuring must fail with this text. UNLINKED: building must.

# A user's environment, not that of whoever runs the tests.
foreach(variable CXXFLAGS LDFLAGS CPATH)
  unset(ENV{${variable}})
endforeach()
string(REPLACE ";" ":" prefix_path "${PREFIX}")
set(ENV{CMAKE_PREFIX_PATH} ${prefix_path})

# run(WHAT EXPECTED COMMAND...): the command succeeds, or fails with the text that EXPECTED names.
function(run what expected)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT expected AND NOT status EQUAL 0)
    message(FATAL_ERROR "${what} failed:\n${output}")
  elseif(expected AND status EQUAL 0)
    message(FATAL_ERROR "${what}: expected it to fail with '${expected}', but it went well")
  elseif(expected AND NOT output MATCHES "${expected}")
    message(FATAL_ERROR "${what}: expected it to fail with '${expected}', got:\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${BINARY})
list(TRANSFORM OPTIONS PREPEND "-D")
run("configuring" "${REFUSED}"
    ${CMAKE_COMMAND} -S ${SOURCE} -B ${BINARY} -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${CXX}
    -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} ${OPTIONS})
if(REFUSED OR CONFIGURE_ONLY)
  return()
endif()
run("building" "${UNLINKED}" ${CMAKE_COMMAND} --build ${BINARY})
if(UNLINKED)
  return()
endif()
run("testing" "" ${CMAKE_CTEST_COMMAND} --test-dir ${BINARY} --output-on-failure --no-tests=error)

if(NOT CHECK_LEAKS)
  return()
endif()
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
