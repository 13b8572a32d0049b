# Whether the CUDA part can be built, and tsctl_torch_cuda, which it links. It takes a torch built for CUDA and the
# runtime's headers of the same major version, but neither nvcc nor a driver: nothing of ours runs on the device.
set(TSCTL_CUDA_BUILT OFF)
set(TSCTL_CUDA_STATE "off")
if(TSCTL_CUDA STREQUAL "OFF")
  return()
endif()

function(tsctl_find_cuda missing)
  if(NOT EXISTS ${TSCTL_TORCH_DIR}/lib/libtorch_cuda.so OR NOT EXISTS ${TSCTL_TORCH_DIR}/include/ATen/cuda/CUDAGraph.h)
    set(${missing} "this torch is built without CUDA" PARENT_SCOPE)
    return()
  endif()
  file(STRINGS ${TSCTL_TORCH_DIR}/version.py line REGEX "^cuda[ :].*= *'[0-9]+\\.")
  string(REGEX MATCH "'([0-9]+)\\." found "${line}")
  set(major "${CMAKE_MATCH_1}")
  get_filename_component(packages ${TSCTL_TORCH_DIR} DIRECTORY)
  find_path(TSCTL_CUDA_INCLUDE cuda_runtime_api.h NO_DEFAULT_PATH
            PATHS ${packages}/nvidia/cu${major}/include ${packages}/nvidia/cuda_runtime/include
                  $ENV{CUDA_HOME}/include $ENV{CUDA_PATH}/include /usr/local/cuda/include)
  if(NOT TSCTL_CUDA_INCLUDE)
    set(${missing} "cuda_runtime_api.h was not found; TSCTL_CUDA_INCLUDE names its folder" PARENT_SCOPE)
    return()
  endif()
  file(STRINGS ${TSCTL_CUDA_INCLUDE}/cuda.h line REGEX "^#define CUDA_VERSION ")
  string(REGEX MATCH "([0-9]+)[0-9][0-9][0-9]$" found "${line}")
  if(NOT CMAKE_MATCH_1 STREQUAL major)
    set(${missing} "torch is built for CUDA ${major}, the headers in ${TSCTL_CUDA_INCLUDE} are of ${CMAKE_MATCH_1}"
        PARENT_SCOPE)
    return()
  endif()
  set(${missing} "" PARENT_SCOPE)
endfunction()

tsctl_find_cuda(missing)
if(missing)
  if(TSCTL_CUDA STREQUAL "ON")
    message(FATAL_ERROR "TSCTL_CUDA is ON: ${missing}")
  endif()
  set(TSCTL_CUDA_STATE "not built: ${missing}")
  return()
endif()
set(TSCTL_CUDA_BUILT ON)
set(TSCTL_CUDA_STATE "built with ${TSCTL_CUDA_INCLUDE}")

add_library(tsctl_torch_cuda INTERFACE)
target_include_directories(tsctl_torch_cuda SYSTEM INTERFACE ${TSCTL_CUDA_INCLUDE})
target_link_libraries(tsctl_torch_cuda INTERFACE tsctl_torch ${TSCTL_TORCH_DIR}/lib/libtorch_cuda.so
                      ${TSCTL_TORCH_DIR}/lib/libc10_cuda.so)
