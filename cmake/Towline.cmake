# Build vocabulary of the tree: one function per kind of target. A module is a folder with a CMakeLists.txt of one line.

# Warnings are errors in every preset; system headers are exempt because they are included as SYSTEM.
add_library(towline_flags INTERFACE)
target_compile_features(towline_flags INTERFACE cxx_std_20)
target_compile_options(towline_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 cannot see through tl::expected and std::optional at -O2 and calls values uninitialised that are not; clang's
  # -Wsometimes-uninitialized and -Wuninitialized (still on) look after the real cases.
  target_compile_options(towline_flags INTERFACE -Wno-maybe-uninitialized)
  if(CMAKE_CXX_FLAGS MATCHES "-O2")
    # What it says only after optimising is often wrong about std::string (GCC bugs 105329, 105651) and differs from one
    # release to the next: shown, but never the end of the build that ships.
    target_compile_options(towline_flags INTERFACE
      -Wno-error=restrict -Wno-error=array-bounds -Wno-error=stringop-overflow -Wno-error=stringop-overread)
  endif()
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # libstdc++ 12 calls its own deprecated get_temporary_buffer in std::stable_sort, and clang blames the caller.
  target_compile_options(towline_flags INTERFACE -Wno-deprecated-declarations)
endif()
# The C++ library's own checks (bounds of operator[], front of an empty vector) stay on in every build.
target_compile_definitions(towline_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_link_libraries(towline_flags INTERFACE tl::expected fmt::fmt)

if(TOWLINE_PCH)
  file(WRITE ${CMAKE_BINARY_DIR}/towline_pch.cpp "")
  add_library(towline_pch OBJECT ${CMAKE_BINARY_DIR}/towline_pch.cpp)
  target_link_libraries(towline_pch PRIVATE towline_flags)
  target_precompile_headers(towline_pch PRIVATE
    <string> <string_view> <vector> <map> <optional> <variant> <functional> <memory> <chrono>
    <tl/expected.hpp> <fmt/core.h>)
endif()

function(_towline_common target)
  target_link_libraries(${target} PRIVATE towline_flags)
  get_target_property(type ${target} TYPE)
  # The header is compiled with -fPIC; clang refuses it in sources of a program, which are compiled with -fPIE.
  if(TOWLINE_PCH AND NOT (type STREQUAL "EXECUTABLE" AND CMAKE_CXX_COMPILER_ID MATCHES "Clang"))
    target_precompile_headers(${target} REUSE_FROM towline_pch)
  endif()
endfunction()

# towline_module(NAME sql ROOT common DEPS base json LIBS OpenSSL::Crypto)
#   Static library tow_<NAME> of every source in this folder (and its subfolders).
#   ROOT is the include root, so a header reads "sql/lexer.h". DEPS are other modules, LIBS third-party targets.
function(towline_module)
  cmake_parse_arguments(M "" "NAME;ROOT" "DEPS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(tow_${M_NAME} STATIC ${sources})
    _towline_common(tow_${M_NAME})
    target_include_directories(tow_${M_NAME} PUBLIC ${CMAKE_SOURCE_DIR}/${M_ROOT})
    target_link_libraries(tow_${M_NAME} PUBLIC tl::expected fmt::fmt)
    set(scope PUBLIC)
  else()
    add_library(tow_${M_NAME} INTERFACE)
    target_include_directories(tow_${M_NAME} INTERFACE ${CMAKE_SOURCE_DIR}/${M_ROOT})
    target_link_libraries(tow_${M_NAME} INTERFACE tl::expected fmt::fmt)
    set(scope INTERFACE)
  endif()
  foreach(dep IN LISTS M_DEPS)
    target_link_libraries(tow_${M_NAME} ${scope} tow_${dep})
  endforeach()
  target_link_libraries(tow_${M_NAME} ${scope} ${M_LIBS})
endfunction()

# towline_binary(NAME towline-scheduler MAIN main.cpp DEPS api services)
function(towline_binary)
  cmake_parse_arguments(B "" "NAME;MAIN" "DEPS;LIBS" ${ARGN})
  add_executable(${B_NAME} ${B_MAIN})
  _towline_common(${B_NAME})
  foreach(dep IN LISTS B_DEPS)
    target_link_libraries(${B_NAME} PRIVATE tow_${dep})
  endforeach()
  target_link_libraries(${B_NAME} PRIVATE ${B_LIBS})
  set_target_properties(${B_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# towline_python_tests(LABEL functional TIMEOUT 300 PATHS folder… OPTIONS --show-capture=no SLOW regex ENVIRONMENT NAME=value…)
#   One ctest entry per function of the folder's test_*.py, so that a count of tests is a count of what was shown. PATHS
#   are folders of modules besides its own; names that match SLOW also have the label slow. A variable needs_STEM of the
#   caller lists the fixtures of test_STEM.py.
function(towline_python_tests)
  cmake_parse_arguments(T "" "LABEL;TIMEOUT;SLOW" "PATHS;OPTIONS;ENVIRONMENT" ${ARGN})
  list(JOIN T_OPTIONS " " options)
  list(PREPEND T_PATHS ${CMAKE_CURRENT_SOURCE_DIR})
  list(JOIN T_PATHS ":" paths)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} test_*.py)
  foreach(file IN LISTS files)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
    file(STRINGS ${file} definitions REGEX "^def test_")
    string(REGEX REPLACE "^test_(.*)\\.py$" "\\1" stem ${file})
    foreach(definition IN LISTS definitions)
      string(REGEX REPLACE "^def (test_[a-z0-9_]+).*" "\\1" name ${definition})
      set(test ${T_LABEL}.${stem}.${name})
      add_test(NAME ${test}
               COMMAND sh -c "exec \"$TOWLINE_ORACLE_PYTHON\" -m pytest -q -p no:cacheprovider ${options} '${CMAKE_CURRENT_SOURCE_DIR}/${file}::${name}'")
      set_tests_properties(${test} PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT}
        FIXTURES_REQUIRED "${needs_${stem}}"
        ENVIRONMENT "TOWLINE_BIN=${CMAKE_BINARY_DIR}/bin;PYTHONDONTWRITEBYTECODE=1;PYTHONPATH=${paths};${T_ENVIRONMENT}"
        FAIL_REGULAR_EXPRESSION "no tests ran;[0-9]+ skipped")
      if(T_SLOW AND name MATCHES "${T_SLOW}")
        set_property(TEST ${test} APPEND PROPERTY LABELS slow)
      endif()
    endforeach()
  endforeach()
endfunction()

# towline_test(NAME unit_sql DEPS sql SOURCES a_test.cpp …): one GoogleTest binary, one ctest entry per case, label = folder.
function(towline_test)
  cmake_parse_arguments(T "" "NAME;LABEL;TIMEOUT" "DEPS;LIBS;SOURCES" ${ARGN})
  if(NOT T_SOURCES)
    file(GLOB T_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  endif()
  add_executable(${T_NAME} ${T_SOURCES})
  _towline_common(${T_NAME})
  target_include_directories(${T_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  foreach(dep IN LISTS T_DEPS)
    target_link_libraries(${T_NAME} PRIVATE tow_${dep})
  endforeach()
  target_link_libraries(${T_NAME} PRIVATE ${T_LIBS} GTest::gtest GTest::gtest_main)
  target_compile_definitions(${T_NAME} PRIVATE TOWLINE_SOURCE_DIR="${CMAKE_SOURCE_DIR}" TOWLINE_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(NOT T_LABEL)
    set(T_LABEL unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  gtest_discover_tests(${T_NAME} TEST_PREFIX ${T_NAME}. PROPERTIES LABELS ${T_LABEL} TIMEOUT ${T_TIMEOUT} DISCOVERY_TIMEOUT 30)
endfunction()
