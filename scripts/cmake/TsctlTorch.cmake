# Imported targets for the LibTorch and the Python of one interpreter.
#
# find_package(Torch) is not used: on a CUDA build it demands a complete CUDA toolkit of the same version, which
# neither building nor running tsctl needs.
if(NOT TSCTL_PYTHON)
  find_program(TSCTL_PYTHON_FOUND NAMES python3 PATHS ${PROJECT_SOURCE_DIR}/.venv/bin NO_DEFAULT_PATH)
  if(NOT TSCTL_PYTHON_FOUND)
    find_program(TSCTL_PYTHON_FOUND NAMES python3)
  endif()
  set(TSCTL_PYTHON ${TSCTL_PYTHON_FOUND} CACHE FILEPATH "" FORCE)
endif()

execute_process(
  COMMAND ${TSCTL_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/describe_python.py
  OUTPUT_VARIABLE description OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "'${TSCTL_PYTHON}' cannot be built against. Run scripts/setup, or set TSCTL_PYTHON to an "
                      "interpreter with a shared libpython, its headers, torch and pybind11.")
endif()
string(JSON TSCTL_PYTHON_VERSION GET ${description} version)
string(JSON python_include GET ${description} include)
string(JSON pybind11_include GET ${description} pybind11_include)
string(JSON TSCTL_TORCH_DIR GET ${description} torch_dir)
string(JSON TSCTL_TORCH_VERSION GET ${description} torch_version)
string(JSON torch_abi GET ${description} cxx11_abi)

# The headers alone: libpython is loaded at run time, from whichever interpreter --python chooses.
add_library(tsctl_python_headers INTERFACE)
target_include_directories(tsctl_python_headers SYSTEM INTERFACE ${python_include} ${pybind11_include})
# torch carries pybind11, and beside it headers of a newer fmt than the system's library; the compiler finds those first.
# Header-only, each version keeps to its own inline namespace, so both can be in one program.
target_compile_definitions(tsctl_python_headers INTERFACE FMT_HEADER_ONLY)

add_library(tsctl_torch INTERFACE)
target_include_directories(tsctl_torch SYSTEM INTERFACE ${TSCTL_TORCH_DIR}/include
                           ${TSCTL_TORCH_DIR}/include/torch/csrc/api/include)
target_compile_definitions(tsctl_torch INTERFACE _GLIBCXX_USE_CXX11_ABI=${torch_abi} FMT_HEADER_ONLY)
target_link_libraries(tsctl_torch INTERFACE ${TSCTL_TORCH_DIR}/lib/libtorch_cpu.so ${TSCTL_TORCH_DIR}/lib/libc10.so)
target_link_options(tsctl_torch INTERFACE -Wl,-rpath,${TSCTL_TORCH_DIR}/lib)
