#include "steps/bench_host.h"

#include <cstdlib>

#include "tsctl/bench/launched_arm.h"
#include "tsctl/core/base/error.h"
#include "tsctl/report/text/host_text.h"

namespace tsctl {

namespace {

CudaNumbering cuda_numbering() {
  CudaNumbering numbering;
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) numbering.visible = visible;
  if (const char* order = std::getenv("CUDA_DEVICE_ORDER")) numbering.order = order;
  return numbering;
}

}  // namespace

void describe_libtorch_build(Run& run) {
  try {
    run.report().environment.libtorch_build = libtorch_build_text(run.jobs().describe({}));
  } catch (const Error& error) {
    run.warn({WarningCode::libtorch_not_described,
              std::string("LibTorch could not be asked what it was built "
                          "with: ") +
                  error.what()});
  }
}

HostWatch::HostWatch(Run& run, const Clock& now_s) : now_s_(now_s) {
  const std::string& device = run.options().device;
  if (device != "cpu") nvml_ = Nvml::open();
  if (nvml_) {
    Environment& host = run.report().environment;
    host.gpus = nvml_->gpus();
    const auto index = gpu_of_device(device, cuda_numbering(), host.gpus, nvml_->uuids());
    if (index) {
      gpu_ = std::make_unique<GpuWatch>(
          [nvml = nvml_.get(), gpu = *index] { return nvml->look(gpu); });
    }
  }
  before_ = read_noise(now_s_());
}

NoiseInfo HostWatch::finish() {
  NoiseInfo noise = noise_between(before_, read_noise(now_s_()));
  if (gpu_) gpu_->finish(noise);
  return noise;
}

}  // namespace tsctl
