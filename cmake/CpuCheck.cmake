# inkling-cpu-check: linked into the project's programs, it ends them with a clear message on a CPU that lacks what they
# were built for (INKLING_ARCH), before they meet an illegal instruction. It also opens standard descriptors that are closed.

add_library(inkling-cpu-check OBJECT
  ${PROJECT_SOURCE_DIR}/cmake/cpu_check/cpu_check.cpp ${PROJECT_SOURCE_DIR}/cmake/cpu_check/cpu_features.cpp
  ${PROJECT_SOURCE_DIR}/cmake/cpu_check/standard_descriptors.cpp
  ${PROJECT_SOURCE_DIR}/cmake/cpu_check/required_features.cpp)
target_compile_features(inkling-cpu-check PRIVATE cxx_std_20)
set_target_properties(inkling-cpu-check PROPERTIES UNITY_BUILD OFF)  # one of its files is built with other flags
if(inkling_arch)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/cmake/cpu_check/required_features.cpp
                              PROPERTIES COMPILE_OPTIONS -march=${inkling_arch})
endif()
