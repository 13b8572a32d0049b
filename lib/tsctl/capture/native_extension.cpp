#include "tsctl/capture/native_module.h"

PYBIND11_MODULE(_tsctl, module) { tsctl::define_native_module(module); }
