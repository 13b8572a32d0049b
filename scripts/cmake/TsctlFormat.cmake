# `format` and `check_format` for every C++ file of ours, where the pinned clang-format is installed.
find_program(TSCTL_CLANG_FORMAT NAMES clang-format-14)
if(TSCTL_CLANG_FORMAT)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS
       ${PROJECT_SOURCE_DIR}/lib/*.cpp ${PROJECT_SOURCE_DIR}/lib/*.h ${PROJECT_SOURCE_DIR}/tools/*.cpp
       ${PROJECT_SOURCE_DIR}/tools/*.h ${PROJECT_SOURCE_DIR}/tests/*.cpp ${PROJECT_SOURCE_DIR}/tests/*.h
       ${PROJECT_SOURCE_DIR}/benchmarks/*.cpp ${PROJECT_SOURCE_DIR}/docs/examples/*.cpp)
  add_custom_target(format COMMAND ${TSCTL_CLANG_FORMAT} -i ${sources} VERBATIM)
  add_custom_target(check_format COMMAND ${TSCTL_CLANG_FORMAT} --dry-run --Werror ${sources} VERBATIM)
endif()
