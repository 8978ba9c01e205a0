# SPDX-License-Identifier: EUPL-1.2
# tests_<folder> from src/<folder>/tests/*_test.cpp; the whole-application harness is in tests/.
# CAMPUS_TEST_DATABASE in the environment chooses the engine: "sqlite" (default) or the URI of a
# PostgreSQL server. For ctest each program is several tests: NAME.sqlite, NAME.postgresql (skipped
# without a server; not for what uses no database) and, in the sanitizer build, NAME.sanitized.
# script/test gives ctest four places a core: a fuzz target, which runs for a time and not for a
# result, takes one, a browser with its server three, everything else two, as it waits now and then.
function(add_engine_tests name program)
  if(CAMPUS_SANITIZE)
    add_test(NAME ${name}.sanitized COMMAND ${program})
    set_tests_properties(${name}.sanitized PROPERTIES ENVIRONMENT
      "CAMPUS_TEST_DATABASE=sqlite;UBSAN_OPTIONS=print_stacktrace=1" TIMEOUT 300 PROCESSORS 2 ${ARGN})
    return()
  endif()
  add_test(NAME ${name}.sqlite COMMAND ${program})
  set_tests_properties(${name}.sqlite PROPERTIES ENVIRONMENT CAMPUS_TEST_DATABASE=sqlite
    TIMEOUT 300 PROCESSORS 2 ${ARGN})
  if(name IN_LIST without_database)
    return()
  endif()
  add_test(NAME ${name}.postgresql
    COMMAND ${CMAKE_SOURCE_DIR}/tests/on-postgresql $<TARGET_FILE:${program}>)
  set_tests_properties(${name}.postgresql PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300
    PROCESSORS 2 ${ARGN})
endfunction()

# Libraries stand before the files of the tests, which are not optimised: of an inline function that
# several files compile the linker takes the first, and the program's own is to be tested, as fast as it is.
set(CMAKE_CXX_LINK_EXECUTABLE
  "<CMAKE_CXX_COMPILER> <FLAGS> <CMAKE_CXX_LINK_FLAGS> <LINK_FLAGS> <LINK_LIBRARIES> <OBJECTS> -o <TARGET>")

configure_file(tests/places.hpp.in ${CMAKE_BINARY_DIR}/places/places.hpp @ONLY)
add_library(doctest_main STATIC tests/doctest_main.cpp)
target_include_directories(doctest_main PUBLIC ${CMAKE_BINARY_DIR}/places)
compile_well(doctest_main doctest_main)
add_library(fresh_database STATIC tests/fresh_database.cpp)
target_link_libraries(fresh_database PUBLIC db PRIVATE PostgreSQL::PostgreSQL)
target_include_directories(fresh_database PUBLIC tests)
compile_well(fresh_database fresh_database)
if(EXISTS ${CMAKE_SOURCE_DIR}/tests/test_app.cpp)
  add_library(test_app STATIC tests/test_app.cpp tests/test_bank.cpp tests/node_process.cpp
    tests/smtp_receiver.cpp)
  target_link_libraries(test_app PUBLIC app fresh_database PRIVATE Boost::json)
  target_include_directories(test_app PRIVATE ${CMAKE_BINARY_DIR}/places)
  compile_well(test_app test_app)
endif()

set(platform base engine psychometrics db http html)
set(without_database base engine psychometrics http html)
get_property(slices GLOBAL PROPERTY CAMPUS_SLICES)
foreach(slice ${slices})
  file(GLOB files CONFIGURE_DEPENDS src/${slice}/tests/*_test.cpp)
  if(files)
    # What several test files of the slice share.
    file(GLOB shared CONFIGURE_DEPENDS src/${slice}/tests/*_model.cpp)
    add_executable(tests_${slice} ${files} ${shared})
    target_link_libraries(tests_${slice} doctest_main fresh_database ${slice} Boost::json)
    if(TARGET test_app AND NOT slice IN_LIST platform)
      target_link_libraries(tests_${slice} test_app)
    endif()
    target_include_directories(tests_${slice} PRIVATE tests)
    compile_well(tests_${slice} ${slice})
    add_engine_tests(${slice} tests_${slice})
  endif()
endforeach()

# What is sealed depends on the oldest transaction of the whole server, others' databases too.
if(TEST audit.postgresql)
  set_tests_properties(audit.postgresql PROPERTIES RUN_SERIAL ON)
endif()

# Texts are the same on both engines and with sanitizers.
if(TARGET test_app AND NOT CAMPUS_SANITIZE)
  add_executable(tests_messages tests/messages_test.cpp)
  target_link_libraries(tests_messages doctest_main test_app)
  add_test(NAME messages COMMAND tests_messages)
endif()

file(GLOB whole CONFIGURE_DEPENDS tests/*_test.cpp)
list(REMOVE_ITEM whole ${CMAKE_SOURCE_DIR}/tests/messages_test.cpp)
if(whole AND TARGET test_app)
  add_executable(tests_whole ${whole} tests/http_client.cpp
    tests/campus_process.cpp tests/database_proxy.cpp tests/seat_race.cpp)
  target_link_libraries(tests_whole doctest_main fresh_database test_app Boost::json
    PostgreSQL::PostgreSQL)
  target_include_directories(tests_whole PRIVATE tests)
  compile_well(tests_whole tests)
  add_dependencies(tests_whole campus)
  add_engine_tests(whole tests_whole COST 200)
endif()

# A real browser, one test a file, each on a copy of one demonstration; first, as they take longest,
# and first of all the one that walks through every page.
if(NOT CAMPUS_SANITIZE AND TARGET campus)
  set(demonstration ${CMAKE_BINARY_DIR}/demonstration.db)
  add_test(NAME demonstration
    COMMAND ${CMAKE_SOURCE_DIR}/tests/browser/make-demonstration $<TARGET_FILE:campus> ${demonstration})
  set_tests_properties(demonstration PROPERTIES FIXTURES_SETUP demonstration PROCESSORS 3 COST 1000
    TIMEOUT 120)
  file(GLOB browser_tests CONFIGURE_DEPENDS tests/browser/*.test.mjs)
  foreach(file ${browser_tests})
    get_filename_component(name ${file} NAME_WE)
    set(cost 100)
    if(name STREQUAL "every_page")
      set(cost 500)
    endif()
    add_test(NAME browser.${name} COMMAND ${NODE} --test ${file})
    set_tests_properties(browser.${name} PROPERTIES PROCESSORS 3 COST ${cost} TIMEOUT 600
      FIXTURES_REQUIRED demonstration
      ENVIRONMENT "CAMPUS_BINARY=$<TARGET_FILE:campus>;CAMPUS_DEMONSTRATION=${demonstration}")
  endforeach()
endif()

# tests/fuzz/<name>_fuzz.cpp: one target a parser, with libFuzzer when CAMPUS_FUZZ is on. Seeds are
# in tests/fuzz/corpus/<name>; what a run finds stays in the build folder for the next.
if(CAMPUS_FUZZ)
  file(GLOB fuzzers CONFIGURE_DEPENDS tests/fuzz/*_fuzz.cpp)
  foreach(file ${fuzzers})
    get_filename_component(target ${file} NAME_WE)
    string(REGEX REPLACE "_fuzz$" "" name ${target})
    add_executable(${target} ${file})
    target_link_libraries(${target} app Boost::json)
    compile_well(${target} ${target})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    set(found ${CMAKE_BINARY_DIR}/fuzz/${name})
    file(MAKE_DIRECTORY ${found})
    set(seeds ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
    if(NOT EXISTS ${seeds})
      set(seeds)
    endif()
    add_test(NAME fuzz.${name} COMMAND ${target} -max_total_time=20 -timeout=5 -max_len=4096
      -rss_limit_mb=1024 -verbosity=0 -print_final_stats=1
      -artifact_prefix=${CMAKE_BINARY_DIR}/fuzz/${name}- ${found} ${seeds})
    set_tests_properties(fuzz.${name} PROPERTIES TIMEOUT 120 COST 20
      ENVIRONMENT UBSAN_OPTIONS=print_stacktrace=1)
  endforeach()
endif()
