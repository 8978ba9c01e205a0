# SPDX-License-Identifier: EUPL-1.2
# precompile(TARGET OPTIONS): with clang, the target's files find cmake/precompiled.hpp already read.
# One file for each set of options. The path by which clang names the header, and the lack of a time,
# make that file the same in every checkout: ccache shares what was compiled with it.
configure_file(cmake/precompiled.hpp ${CMAKE_BINARY_DIR}/precompiled.hpp COPYONLY)

function(precompile target options)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    return()
  endif()
  string(MAKE_C_IDENTIFIER "precompiled${options}" name)
  if(NOT TARGET ${name})
    string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
    get_directory_property(common COMPILE_OPTIONS)
    get_directory_property(defined COMPILE_DEFINITIONS)
    list(TRANSFORM defined PREPEND -D)
    separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
    add_custom_command(OUTPUT ${name}.pch
      DEPENDS ${CMAKE_BINARY_DIR}/precompiled.hpp
      COMMAND ${CMAKE_CXX_COMPILER} ${flags} ${common} ${defined} ${options} -std=c++23
        -x c++-header /proc/self/cwd/precompiled.hpp -o ${name}.pch
        -fpch-instantiate-templates -Xclang -fno-pch-timestamp -MD -MF ${name}.d
      DEPFILE ${name}.d
      WORKING_DIRECTORY ${CMAKE_BINARY_DIR})
    add_custom_target(${name} DEPENDS ${CMAKE_BINARY_DIR}/${name}.pch)
  endif()
  add_dependencies(${target} ${name})
  target_compile_options(${target} PRIVATE -include-pch ${name}.pch)
  get_target_property(files ${target} SOURCES)
  set_property(SOURCE ${files} APPEND PROPERTY OBJECT_DEPENDS ${CMAKE_BINARY_DIR}/${name}.pch)
endfunction()
