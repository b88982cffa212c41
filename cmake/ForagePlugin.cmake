# forage_add_plugin(NAME sources...): a plugin called NAME, as libforage_NAME.so in the plugin folder
# of the build tree. Its symbols are hidden but for the entry point, and every symbol it needs is
# resolved when it is linked, so that a missing one is an error here and not an abort later.
# Installed with the package, for plugins built outside the tree.
function(forage_add_plugin name)
  add_library(forage_plugin_${name} MODULE ${ARGN})
  target_link_libraries(forage_plugin_${name} PRIVATE forage::forage)
  target_compile_features(forage_plugin_${name} PRIVATE cxx_std_20)
  if(NOT FORAGE_PLUGIN_OUTPUT_DIR)
    set(FORAGE_PLUGIN_OUTPUT_DIR ${PROJECT_BINARY_DIR}/lib/forage/plugins)
  endif()
  set_target_properties(
    forage_plugin_${name}
    PROPERTIES OUTPUT_NAME forage_${name}
               PREFIX lib
               SUFFIX .so
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               LIBRARY_OUTPUT_DIRECTORY ${FORAGE_PLUGIN_OUTPUT_DIR})
  # A sanitizer's run-time comes from the executable: its symbols stay open here.
  if(NOT FORAGE_SANITIZE)
    target_link_options(forage_plugin_${name} PRIVATE -Wl,-z,defs)
  endif()
  target_link_options(forage_plugin_${name} PRIVATE -Wl,-z,now)
endfunction()
