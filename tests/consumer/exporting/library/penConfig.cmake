include(CMakeFindDependencyMacro)
find_dependency(inkling 0.1)
include(${CMAKE_CURRENT_LIST_DIR}/penTargets.cmake)
