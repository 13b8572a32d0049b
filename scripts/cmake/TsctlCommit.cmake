# Writes the header HEADER with the commit of SOURCE; "unknown" without git, with "+" if files were changed since.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short HEAD
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
if(failed)
  set(commit unknown)
else()
  execute_process(COMMAND git -C ${SOURCE} diff --quiet HEAD RESULT_VARIABLE changed ERROR_QUIET)
  if(changed)
    string(APPEND commit "+")
  endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#pragma once

namespace tsctl {

inline constexpr const char* kCommit = \"${commit}\";

}  // namespace tsctl
" @ONLY NEWLINE_STYLE UNIX)
