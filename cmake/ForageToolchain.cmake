# How everything here is compiled: C++20, hidden symbols, warnings, sanitizers, ccache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
# GCC 12 sees overlapping copies in plain std::string concatenation (gcc.gnu.org bug 105329).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)
endif()
if(FORAGE_WERROR)
  add_compile_options(-Werror)
endif()

add_link_options(-Wl,--as-needed)
if(FORAGE_SANITIZE)
  add_compile_options(-fsanitize=${FORAGE_SANITIZE} -fno-omit-frame-pointer)
  if(FORAGE_SANITIZE MATCHES "undefined")
    # The check of vptrs looks at memory through a pipe, and finds fault with every object once a test
    # has used up all descriptors.
    add_compile_options(-fno-sanitize-recover=undefined -fno-sanitize=vptr)
  endif()
  add_link_options(-fsanitize=${FORAGE_SANITIZE})
else()
  # With a sanitizer, its run-time comes from the executable and stays unresolved in shared objects.
  add_link_options(-Wl,-z,defs)
endif()
