# towline_embed(TARGET tow_store SYMBOL kStoreSql NAMESPACE towline::store FILES a.sql b.sql)
#   Generates <SYMBOL>.h with `inline constexpr EmbeddedFile SYMBOL[]` (path relative to this folder, text).
#   A literal `sv` knows its length; counting it again at compile time is beyond what clang does for 500 KB.
#   Files become raw string literals at configure time; editing one reconfigures.
function(towline_embed)
  cmake_parse_arguments(E "" "TARGET;SYMBOL;NAMESPACE" "FILES" ${ARGN})
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded/${E_SYMBOL}.h")
  set(text "#pragma once\n#include <string_view>\nnamespace ${E_NAMESPACE} {\nstruct EmbeddedFile_${E_SYMBOL} { std::string_view path; std::string_view text; };\nusing std::literals::operator\"\"sv;\ninline constexpr EmbeddedFile_${E_SYMBOL} ${E_SYMBOL}[] = {\n")
  foreach(path IN LISTS E_FILES)
    file(READ ${CMAKE_CURRENT_SOURCE_DIR}/${path} content)
    string(APPEND text "{\"${path}\", R\"~embed~(${content})~embed~\"sv},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${path})
  endforeach()
  string(APPEND text "};\n}\n")
  file(GENERATE OUTPUT ${out} CONTENT "${text}")
  target_include_directories(${E_TARGET} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
