# What is installed beside the command and the plugins: libforage, its headers, the conformance
# suites, and the package that find_package(forage) reads.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(forage_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/forage)

install(
  TARGETS forage
  EXPORT forage
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT forage NAMESPACE forage:: DESTINATION ${forage_package_dir} FILE forageTargets.cmake)
# Header-only suites over GoogleTest: an author of a plugin runs the tests that ours pass.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tests/conformance/
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/forage/conformance OPTIONAL
        FILES_MATCHING PATTERN "*.h")

configure_package_config_file(
  ${CMAKE_CURRENT_LIST_DIR}/forageConfig.cmake.in ${PROJECT_BINARY_DIR}/cmake/forageConfig.cmake
  INSTALL_DESTINATION ${forage_package_dir})
# The plug points may change with every minor version until 1.0.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/forageConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/forageConfig.cmake
              ${PROJECT_BINARY_DIR}/cmake/forageConfigVersion.cmake
              ${CMAKE_CURRENT_LIST_DIR}/ForagePlugin.cmake
        DESTINATION ${forage_package_dir})
