# Every folder tests/<x>/ with *_test.cpp becomes one program test_<x> and one ctest test <x>; every tests/<x>/*.test.sh
# becomes a ctest test of its own. A folder that needs more has a CMakeLists.txt, which then calls hf_add_test itself.

find_package(doctest REQUIRED)
find_path(HF_RAPIDCHECK_INCLUDE_DIR NAMES rapidcheck.h REQUIRED)
find_library(HF_RAPIDCHECK_LIBRARY NAMES rapidcheck REQUIRED)
add_library(hf_rapidcheck INTERFACE)
target_include_directories(hf_rapidcheck SYSTEM INTERFACE "${HF_RAPIDCHECK_INCLUDE_DIR}")
target_link_libraries(hf_rapidcheck INTERFACE "${HF_RAPIDCHECK_LIBRARY}")

# What test code may know about the machine it was built on.
add_library(hf_test_settings INTERFACE)
target_compile_definitions(hf_test_settings INTERFACE
  "HF_SOURCE_DIR=\"${CMAKE_SOURCE_DIR}\"" "HF_BINARY_DIR=\"${CMAKE_BINARY_DIR}\"")
target_link_libraries(hf_test_settings INTERFACE doctest::doctest)

file(GLOB support_sources CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}" "${CMAKE_SOURCE_DIR}/tests/support/*.cpp")
list(REMOVE_ITEM support_sources tests/support/main.cpp)
add_library(hf_test_main OBJECT tests/support/main.cpp)
target_link_libraries(hf_test_main PRIVATE hf_test_settings)

# Helpers of tests. It links the headers of everything and the code of nothing: a test program takes out what it uses
# and brings the folders it tests.
if(support_sources)
  add_library(hf_test_support STATIC ${support_sources})
  hf_target_defaults(hf_test_support)
  # The gateway of tests names what the port names: mold takes it into programs that use none of it.
  target_link_libraries(hf_test_support PRIVATE hf_rapidcheck CAF::core hf_payments
    PUBLIC hf_test_settings hf_expected hf_facts hf_boost nlohmann_json::nlohmann_json OpenSSL::Crypto spdlog::spdlog)
else()
  add_library(hf_test_support INTERFACE)
  target_link_libraries(hf_test_support INTERFACE hf_test_settings)
endif()

# The environment of every test: the program under test and the repository, for tests that run them. Xapian (1.4) frees a table of its own check as
# what it is derived from, which is no fault of ours.
set(HF_TEST_ENVIRONMENT
  "HOLDFAST_BIN=${CMAKE_BINARY_DIR}/holdfast"
  "HOLDFAST_ROOT=${CMAKE_SOURCE_DIR}"
  "HOLDFAST_BUILD=${CMAKE_BINARY_DIR}"
  "ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1:new_delete_type_mismatch=0"
  "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/cmake/leaks.supp:print_suppressions=0"
  "UBSAN_OPTIONS=print_stacktrace=1"
  "TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")

# Everything that a lane with sanitizers builds.
add_custom_target(asan_tests)
add_custom_target(tsan_tests)

# Files whose helpers have names that others of their folder have too: they are compiled alone.
set(HF_TEST_ALONE
  model/naive_organisation.cpp model/planted_bugs_test.cpp model/planted_payment_bugs.cpp model/planted_ticket_bugs.cpp projections/pumped_world.cpp)
list(TRANSFORM HF_TEST_ALONE PREPEND "${CMAKE_SOURCE_DIR}/tests/")

# Tests that compute much themselves.
set(HF_TEST_OPTIMISED domain queue model journal journal_failpoints)

# hf_add_test(<x> SOURCES <file>… LINK <target>… LABELS <label>… TIMEOUT <seconds> SERIAL)
# SERIAL: runs alone, because it measures time or uses the whole machine.
function(hf_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "SOURCES;LINK;LABELS")
  set(target test_${name})
  add_executable(${target} ${arg_SOURCES} $<TARGET_OBJECTS:hf_test_main>)
  hf_target_defaults(${target})
  target_link_libraries(${target} PRIVATE hf_test_support hf_test_settings ${arg_LINK})
  if(HF_SANITIZE OR NOT name IN_LIST HF_TEST_OPTIMISED)
    # What is under test is optimised; the tests around it compile in two thirds of the time if they are not. (A fortified libc needs optimisation.)
    target_compile_options(${target} PRIVATE -O0 -U_FORTIFY_SOURCE)
  endif()
  if(HF_SANITIZE STREQUAL "address")
    # Undefined behaviour is looked for in what is under test; in the tests around it that would cost a third of their compilation.
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  endif()
  if(HF_PCH)
    target_precompile_headers(${target} PRIVATE ${HF_STD_PCH} <doctest/doctest.h>)
  endif()
  hf_unite(${target})
  set_source_files_properties(${HF_TEST_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  add_test(NAME ${name} COMMAND ${target} WORKING_DIRECTORY "${CMAKE_BINARY_DIR}")
  foreach(lane asan tsan)
    if(lane IN_LIST arg_LABELS)
      add_dependencies(${lane}_tests ${target})
    endif()
  endforeach()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  set_tests_properties(${name} PROPERTIES
    LABELS "${name};${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${HF_TEST_ENVIRONMENT}" SKIP_RETURN_CODE 77)
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# hf_add_script_test(<name> COMMAND <word>… LABELS … TIMEOUT … SERIAL): a test that is a script. Exit 77 skips it.
function(hf_add_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "COMMAND;LABELS")
  add_test(NAME ${name} COMMAND ${arg_COMMAND} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  set_tests_properties(${name} PROPERTIES
    LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT} ENVIRONMENT "${HF_TEST_ENVIRONMENT}" SKIP_RETURN_CODE 77)
  if(arg_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()

# Folders link only what they test, so that a test of the rules builds without CAF, RocksDB or Boost.
set(HF_TEST_LINK_domain hf_domain)
set(HF_TEST_LINK_journal hf_journal)
set(HF_TEST_LINK_audit hf_journal)
set(HF_TEST_LINK_model hf_journal hf_rapidcheck)
set(HF_TEST_LINK_projections hf_projections)
set(HF_TEST_LINK_search hf_projections hf_xapian)
set(HF_TEST_LINK_payments hf_payments hf_gateway hf_journal hf_rapidcheck)
set(HF_TEST_LINK_tickets hf_tickets hf_rapidcheck OpenSSL::Crypto)
set(HF_TEST_LINK_people hf_people hf_journal)
set(HF_TEST_LINK_notifications hf_notifications hf_people hf_journal hf_tickets)
set(HF_TEST_LINK_tracing hf_tracing hf_journal hf_asio)
set(HF_TEST_LINK_actors hf_actors CAF::core)
set(HF_TEST_LINK_http hf_http)
set(HF_TEST_LINK_property hf_tools hf_rapidcheck)
# Short: these run under AddressSanitizer on every change, and those that are free of CAF under ThreadSanitizer too: the CAF library is
# not built for it, and its atomics would look like races. (So would Pango's and GLib's locks, in the tests of tickets.)
set(HF_TEST_SANITIZED domain journal http audit projections search tracing payments people notifications)
set(HF_TEST_ADDRESS_SANITIZED actors api tickets)

file(GLOB test_folders CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/tests" "${CMAKE_SOURCE_DIR}/tests/*")
foreach(folder IN LISTS test_folders)
  if(NOT IS_DIRECTORY "${CMAKE_SOURCE_DIR}/tests/${folder}" OR folder MATCHES "^(support|golden)$")
    continue()
  endif()
  set(labels "")
  if(folder IN_LIST HF_TEST_SANITIZED)
    set(labels asan tsan)
  elseif(folder IN_LIST HF_TEST_ADDRESS_SANITIZED)
    set(labels asan)
  endif()
  set(links hf_tools)
  if(DEFINED HF_TEST_LINK_${folder})
    set(links ${HF_TEST_LINK_${folder}})
  endif()
  if(EXISTS "${CMAKE_SOURCE_DIR}/tests/${folder}/CMakeLists.txt")
    add_subdirectory("tests/${folder}")
    continue()
  endif()
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${folder}/*.cpp")
  if(sources)
    hf_add_test(${folder} SOURCES ${sources} LINK ${links} LABELS ${labels})
  endif()
  file(GLOB scripts CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/tests/${folder}" "${CMAKE_SOURCE_DIR}/tests/${folder}/*.test.sh")
  foreach(script IN LISTS scripts)
    string(REGEX REPLACE "\\.test\\.sh$" "" stem "${script}")
    hf_add_script_test(${folder}.${stem} COMMAND bash "tests/${folder}/${script}" LABELS ${folder} script)
  endforeach()
endforeach()

# Deaths inside the journal, at its failpoints, which the released libraries do not have: only the files that have some are built again.
set(failpoint_journal ${failpoint_sources})
list(FILTER failpoint_journal INCLUDE REGEX "/journal/[^/]*[.]cpp$")
file(GLOB journal_helpers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/journal/*.cpp")
list(FILTER journal_helpers EXCLUDE REGEX "_test[.]cpp$")
hf_add_test(journal_failpoints
  SOURCES "${CMAKE_SOURCE_DIR}/tests/journal/crash_test.cpp" ${journal_helpers} ${failpoint_journal}
  LINK hf_journal
  LABELS chaos)
target_compile_definitions(test_journal_failpoints PRIVATE HOLDFAST_FAILPOINTS)
