# forage_add_plugin(NAME [TEST_ONLY] sources...): a plugin called NAME, the target
# forage_plugin_NAME, as libforage_NAME.so in the plugin folder of the build tree. Its symbols are
# hidden but for the entry point, and every symbol it needs is resolved when it is linked, so that a
# missing one is an error here and not an abort later. It is installed into lib/forage/plugins, and
# where Forage itself is built, a test loads it as the host does; TEST_ONLY plugins, and those of a
# FORAGE_PLUGIN_OUTPUT_DIR, are neither. Installed with the package, for plugins built elsewhere.
function(forage_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "TEST_ONLY" "" "")
  set(target forage_plugin_${name})
  add_library(${target} MODULE ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE forage::forage)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set(folder ${FORAGE_PLUGIN_OUTPUT_DIR})
  if(NOT folder)
    set(folder ${PROJECT_BINARY_DIR}/lib/forage/plugins)
  endif()
  set_target_properties(
    ${target}
    PROPERTIES OUTPUT_NAME forage_${name}
               PREFIX lib
               SUFFIX .so
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               LIBRARY_OUTPUT_DIRECTORY ${folder}
               INSTALL_RPATH "$ORIGIN/../..")
  # A sanitizer's run-time comes from the executable: its symbols stay open here.
  if(NOT FORAGE_SANITIZE)
    target_link_options(${target} PRIVATE -Wl,-z,defs)
  endif()
  target_link_options(${target} PRIVATE -Wl,-z,now)

  if(ARG_TEST_ONLY OR FORAGE_PLUGIN_OUTPUT_DIR)
    return()
  endif()
  include(GNUInstallDirs)
  install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/forage/plugins)
  # tests/support has each of these loaded by the host.
  set_property(GLOBAL APPEND PROPERTY FORAGE_PLUGINS ${name})
endfunction()
