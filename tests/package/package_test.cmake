# Installs the build, builds the examples and the consumer against the installed package, runs it.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK_DIR})
set(prefix ${WORK_DIR}/prefix)
run(${CMAKE_COMMAND} --install ${BUILD_DIR} --prefix ${prefix})

set(options -G ${GENERATOR} -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_BUILD_TYPE=${BUILD_TYPE}
            -D CMAKE_CXX_COMPILER=${CXX_COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${COMPILER_LAUNCHER})
if(SANITIZE)
  list(APPEND options -D CMAKE_CXX_FLAGS=-fsanitize=${SANITIZE} -D FORAGE_SANITIZE=${SANITIZE})
endif()

# Copied, so that nothing of the source tree is reachable by accident.
file(COPY ${SOURCE_DIR}/examples/plugins ${SOURCE_DIR}/examples/library ${SOURCE_DIR}/tests/package/consumer
     DESTINATION ${WORK_DIR})
run(${CMAKE_COMMAND} -S ${WORK_DIR}/plugins -B ${WORK_DIR}/plugins-build ${options})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/plugins-build --parallel 2)
# An author installs what he built beside Forage.
run(${CMAKE_COMMAND} --install ${WORK_DIR}/plugins-build --prefix ${prefix})

run(${CMAKE_COMMAND} -S ${WORK_DIR}/consumer -B ${WORK_DIR}/consumer-build ${options})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/consumer-build --parallel 2)
# No folder is named: the host finds the plugins beside the libforage that it runs with.
run(${CMAKE_COMMAND} -E chdir ${WORK_DIR} ${WORK_DIR}/consumer-build/consumer
    ${prefix}/${LIBDIR}/forage/plugins ${WORK_DIR}/pages)

# The example program, on pages that the example fetcher serves from a folder.
file(WRITE ${WORK_DIR}/site/example.com/index.html "<title>Front page</title>")
file(WRITE ${WORK_DIR}/titles.toml "[fetch]\nplugin = \"mirror\"\n[fetch.mirror]\nfolder = \"site\"\n")
run(${CMAKE_COMMAND} -S ${WORK_DIR}/library -B ${WORK_DIR}/library-build ${options})
run(${CMAKE_COMMAND} --build ${WORK_DIR}/library-build --parallel 2)
execute_process(COMMAND ${WORK_DIR}/library-build/titles ${WORK_DIR}/titles.toml http://example.com/
                WORKING_DIRECTORY ${WORK_DIR} OUTPUT_VARIABLE titles)
set(expected "http://example.com/\tFront page\t(fetched)\n1 requests\n")
if(NOT titles STREQUAL expected)
  message(FATAL_ERROR "titles says:\n${titles}")
endif()
