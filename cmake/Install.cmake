# What find_package(inkling) finds: the headers, the target and its dependencies. Nothing in it depends on the machine.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(c_package ${CMAKE_INSTALL_LIBDIR}/cmake/inkling-c)  # of inkling::c, which depends on the machine
set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/inkling)

target_include_directories(inkling INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/inkling TYPE INCLUDE COMPONENT library
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE TYPE DOC COMPONENT library)

install(TARGETS inkling EXPORT inklingTargets)
install(EXPORT inklingTargets NAMESPACE inkling:: DESTINATION ${package_dir} COMPONENT library)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/inklingConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/cmake/inklingConfig.cmake INSTALL_DESTINATION ${package_dir}
                              PATH_VARS CMAKE_INSTALL_INCLUDEDIR c_package)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/inklingConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/cmake/inklingConfig.cmake ${PROJECT_BINARY_DIR}/cmake/inklingConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/Decode.cmake ${CMAKE_CURRENT_LIST_DIR}/Form.cmake
              ${CMAKE_CURRENT_LIST_DIR}/Mpi.cmake ${CMAKE_CURRENT_LIST_DIR}/Compiled.cmake
        DESTINATION ${package_dir} COMPONENT library)
