# Negative dependency rules: a target's link closure must not contain another target.
# Each rule carries its reason, and the error prints the path that broke it.

# Reports the first path from `target` to `forbidden`. `seen_property` keeps diamonds and cycles cheap.
function(_towline_walk target forbidden path reason seen_property)
  get_property(seen GLOBAL PROPERTY ${seen_property})
  if(target IN_LIST seen)
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY ${seen_property} ${target})
  foreach(property LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
    get_target_property(dependencies ${target} ${property})
    if(NOT dependencies)
      continue()
    endif()
    foreach(dependency IN LISTS dependencies)
      # Static libraries record PRIVATE dependencies as $<LINK_ONLY:...>.
      string(REGEX REPLACE "^\\$<LINK_ONLY:(.*)>$" "\\1" dependency "${dependency}")
      # Any other generator expression would hide a target from this walk.
      if(dependency MATCHES "^\\$<" AND NOT dependency MATCHES "^\\$<(INSTALL|BUILD)_INTERFACE:")
        message(FATAL_ERROR "link boundary cannot see through '${dependency}' (on ${path})")
      endif()
      if(NOT TARGET ${dependency})
        continue()
      endif()
      get_target_property(aliased ${dependency} ALIASED_TARGET)
      if(aliased)
        set(dependency ${aliased})
      endif()
      get_target_property(imported ${dependency} IMPORTED)
      if(imported)
        continue()  # System packages never link back into our targets.
      endif()
      if(dependency STREQUAL forbidden)
        message(FATAL_ERROR "link boundary broken: ${path} -> ${dependency}\n  reason for the rule: ${reason}")
      endif()
      _towline_walk(${dependency} ${forbidden} "${path} -> ${dependency}" "${reason}" ${seen_property})
    endforeach()
  endforeach()
endfunction()

# Checked when configuring ends, so the order of subdirectories does not matter.
function(towline_forbid_link target forbidden reason)
  cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY \"${CMAKE_SOURCE_DIR}\"
    CALL _towline_walk [[${target}]] [[${forbidden}]] [[${target}]] [[${reason}]] [[towline_seen_${target}_${forbidden}]])")
endfunction()

# The same rule on the binary: no symbol of the namespace may survive linking.
function(towline_forbid_symbol target prefix)
  add_test(NAME boundary.${target}.has_no.${prefix}
           COMMAND sh -c "! nm -C '$<TARGET_FILE:${target}>' | grep -F '${prefix}'")
endfunction()

# The control that keeps the rule honest: this binary must contain the symbol.
function(towline_require_symbol target prefix)
  add_test(NAME boundary.${target}.has.${prefix}
           COMMAND sh -c "nm -C '$<TARGET_FILE:${target}>' | grep -qF '${prefix}'")
endfunction()
