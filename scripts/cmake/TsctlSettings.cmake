# A list such as address,undefined is no argument for $<BOOL:…>.
set(TSCTL_SANITIZERS_ON OFF)
if(TSCTL_SANITIZE)
  set(TSCTL_SANITIZERS_ON ON)
endif()

# What every target of ours is compiled with.
add_library(tsctl_settings INTERFACE)
target_compile_features(tsctl_settings INTERFACE cxx_std_20)
target_include_directories(tsctl_settings INTERFACE ${PROJECT_SOURCE_DIR}/lib)
target_compile_options(tsctl_settings INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
                       $<$<BOOL:${TSCTL_WARNINGS_AS_ERRORS}>:-Werror>)
# GCC 12 reports overlapping copies inside std::string's own operator+ (GCC bug 105329), and strings of a designated
# initializer's temporary as uninitialized where it destroys them (GCC bug 105562 and its kin).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(tsctl_settings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
endif()
# libstdc++ checks the accesses to its containers and optionals.
target_compile_definitions(tsctl_settings INTERFACE
                           $<$<OR:$<CONFIG:Debug>,$<BOOL:${TSCTL_SANITIZERS_ON}>>:_GLIBCXX_ASSERTIONS>)
set(CMAKE_CXX_EXTENSIONS OFF)
# A third of the time of a build is the compiler's optimizer. Loops over elements are in tsctl_core, which is compiled
# with -O3; the command line, the renderings and the tests run no loop that matters, and take -O1.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
set(TSCTL_QUICK_BUILD $<$<CONFIG:Release>:-O1>)
set(TSCTL_FAST_LOOPS $<$<CONFIG:Release>:-O3>)

# Files of these targets are compiled in groups, so that LibTorch's or CLI11's headers cost once a group and not once a
# file. Names in the anonymous namespaces of such a target must therefore differ from one another.
function(tsctl_join_sources target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${TSCTL_JOIN_SOURCES} UNITY_BUILD_BATCH_SIZE 8)
endfunction()

# Sanitizers, for the targets that do not link LibTorch.
add_library(tsctl_sanitizers INTERFACE)
if(TSCTL_SANITIZERS_ON)
  target_compile_options(tsctl_sanitizers INTERFACE -fsanitize=${TSCTL_SANITIZE} -fno-omit-frame-pointer
                         -fno-sanitize-recover=all)
  target_link_options(tsctl_sanitizers INTERFACE -fsanitize=${TSCTL_SANITIZE})
endif()
