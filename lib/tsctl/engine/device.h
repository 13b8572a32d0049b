#pragma once

#include <c10/core/Device.h>

#include <string>

namespace tsctl {

// Parses "cpu", "cuda" or "cuda:N" and initializes that device. For cuda this loads libtorch_cuda from the folder of
// libtorch_cpu, so it must run before any other use of LibTorch that queries CUDA. Throws Error{usage} for other
// text, and Error{environment} if this LibTorch has no CUDA or the machine has no such device.
c10::Device open_device(const std::string& text);

// The number of CUDA devices. Loads libtorch_cuda; throws like open_device().
int count_cuda_devices();

// Waits for all work on the device. Does nothing on the CPU.
void synchronize(const c10::Device& device);

// Sets the number of threads within an operator. Disables TF32 on a device, so that float32 has its full precision.
void set_numerics(const c10::Device& device, int threads);

// The folder of libtorch_cpu.so.
std::string libtorch_folder();

}  // namespace tsctl
