# Compiles a program with emscripten and runs it: cmake -D EMXX=… -D NODE=… -D SOURCE=… -D BINARY=… -D INCLUDE=a;b
#                                                       -P emscripten.cmake
# INCLUDE: the folders of Inkling and Eigen. zlib's and nlohmann-json's headers, which lie between those of the machine's own
# C library, are lent.
file(REMOVE_RECURSE ${BINARY})
file(MAKE_DIRECTORY ${BINARY}/lent)
set(places PATHS /usr/local/include /usr/include NO_DEFAULT_PATH REQUIRED)
find_path(json nlohmann/json.hpp ${places})
find_path(zlib zlib.h ${places})
find_path(zconf zconf.h PATH_SUFFIXES x86_64-linux-gnu ${places})
file(CREATE_LINK ${json}/nlohmann ${BINARY}/lent/nlohmann SYMBOLIC)
file(COPY ${zlib}/zlib.h ${zconf}/zconf.h DESTINATION ${BINARY}/lent)

list(TRANSFORM INCLUDE PREPEND -I)
execute_process(COMMAND ${EMXX} -std=c++20 -fexceptions -O1 -Wall -Wextra -Werror ${INCLUDE} -isystem ${BINARY}/lent ${SOURCE}
                        -sWASM_ASYNC_COMPILATION=0  # Node has a fetch that this glue takes for a browser's
                        -o ${BINARY}/program.js
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${NODE} ${BINARY}/program.js COMMAND_ERROR_IS_FATAL ANY)
