# Third-party libraries that the front needs: from the system, or header-only from TSCTL_DEPS_DIR.
find_package(ZLIB REQUIRED)
# The archive if there is one: a shared SQLite would be the one that the user's Python gets in a worker, whichever it
# was built with. 3.31 has SQLITE_DBCONFIG_TRUSTED_SCHEMA.
find_library(SQLite3_LIBRARY NAMES libsqlite3.a sqlite3)
find_package(SQLite3 3.31 REQUIRED)
find_package(Threads REQUIRED)

# Adds an interface target `name` for headers below TSCTL_DEPS_DIR if `header` is there.
function(tsctl_carried_headers name header)
  if(TSCTL_DEPS_DIR AND EXISTS ${TSCTL_DEPS_DIR}/include/${header} AND NOT TARGET ${name})
    add_library(${name} INTERFACE IMPORTED)
    target_include_directories(${name} SYSTEM INTERFACE ${TSCTL_DEPS_DIR}/include)
  endif()
endfunction()

tsctl_carried_headers(CLI11::CLI11 CLI/CLI.hpp)
tsctl_carried_headers(nlohmann_json::nlohmann_json nlohmann/json.hpp)
tsctl_carried_headers(fmt::fmt fmt/format.h)
if(TARGET fmt::fmt)
  target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY)
else()
  find_package(fmt 9 REQUIRED)
endif()
if(NOT TARGET CLI11::CLI11)
  find_package(CLI11 2.1 REQUIRED)
endif()
if(NOT TARGET nlohmann_json::nlohmann_json)
  find_package(nlohmann_json 3.11 REQUIRED)
endif()

# Static, because relocating the shared one would cost every start of tsctl over a millisecond.
set(OPENSSL_USE_STATIC_LIBS ON)
find_package(OpenSSL COMPONENTS Crypto)
if(NOT OPENSSL_FOUND)
  unset(OPENSSL_USE_STATIC_LIBS)
  find_package(OpenSSL REQUIRED COMPONENTS Crypto)
endif()
