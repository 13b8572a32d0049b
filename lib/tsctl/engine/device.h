#pragma once

#include <c10/core/Device.h>

#include <string>

namespace tsctl {

// Reads "cpu", "cuda" or "cuda:N" and makes that device usable. For cuda this loads libtorch_cuda from the folder
// of libtorch_cpu, so it must run before anything else of LibTorch that looks at CUDA. Throws Error{usage} for
// another word, Error{environment} when this LibTorch has no CUDA or the machine no such device.
c10::Device open_device(const std::string& text);

// How many CUDA devices there are, after loading libtorch_cuda; throws as open_device does.
int count_cuda_devices();

// Waits for all work on the device; does nothing on a CPU.
void synchronize(const c10::Device& device);

// Threads within one operator. Also switches TF32 off where the device has it, so that float32 is float32.
void set_numerics(const c10::Device& device, int threads);

// The folder that libtorch_cpu.so was loaded from.
std::string libtorch_folder();

}  // namespace tsctl
