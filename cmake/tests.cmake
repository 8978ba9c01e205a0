# SPDX-License-Identifier: EUPL-1.2
# tests_<folder> from src/<folder>/tests/*_test.cpp; the whole-application harness is in tests/.
# CAMPUS_TEST_DATABASE in the environment chooses the engine: "sqlite" (default) or a PostgreSQL
# URI; script/test runs ctest under both.
add_library(doctest_main STATIC tests/doctest_main.cpp)
add_library(fresh_database STATIC tests/fresh_database.cpp)
target_link_libraries(fresh_database PUBLIC db PRIVATE PostgreSQL::PostgreSQL)
target_include_directories(fresh_database PUBLIC tests)
if(EXISTS ${CMAKE_SOURCE_DIR}/tests/test_app.cpp)
  add_library(test_app STATIC tests/test_app.cpp)
  target_link_libraries(test_app PUBLIC app fresh_database PRIVATE Boost::json)
endif()

set(platform base db http html)
get_property(slices GLOBAL PROPERTY CAMPUS_SLICES)
foreach(slice ${slices})
  file(GLOB files CONFIGURE_DEPENDS src/${slice}/tests/*_test.cpp)
  if(files)
    add_executable(tests_${slice} ${files})
    target_link_libraries(tests_${slice} doctest_main fresh_database ${slice} Boost::json)
    if(TARGET test_app AND NOT slice IN_LIST platform)
      target_link_libraries(tests_${slice} test_app)
    endif()
    target_include_directories(tests_${slice} PRIVATE tests)
    target_compile_definitions(tests_${slice} PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${slice} COMMAND tests_${slice})
  endif()
endforeach()

file(GLOB whole CONFIGURE_DEPENDS tests/*_test.cpp)
if(whole AND TARGET test_app)
  add_executable(tests_whole ${whole} tests/http_client.cpp
    tests/campus_process.cpp tests/database_proxy.cpp tests/seat_race.cpp)
  target_link_libraries(tests_whole doctest_main fresh_database test_app Boost::json
    PostgreSQL::PostgreSQL)
  target_include_directories(tests_whole PRIVATE tests)
  target_compile_definitions(tests_whole PRIVATE SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    CAMPUS_BINARY="$<TARGET_FILE:campus>")
  add_dependencies(tests_whole campus)
  add_test(NAME whole COMMAND tests_whole)
endif()

# tests/fuzz/<name>_fuzz.cpp: one target a parser. Built with libFuzzer when CAMPUS_FUZZ is on.
if(CAMPUS_FUZZ)
  file(GLOB fuzzers CONFIGURE_DEPENDS tests/fuzz/*_fuzz.cpp)
  foreach(file ${fuzzers})
    get_filename_component(name ${file} NAME_WE)
    add_executable(${name} ${file})
    target_link_libraries(${name} catalogue http html db base Boost::json)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endif()
