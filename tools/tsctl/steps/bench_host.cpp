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

void describe_libtorch_build(CommandSession& session) {
  try {
    session.report().environment.libtorch_build = libtorch_build_text(session.jobs().describe({}));
  } catch (const Error& error) {
    session.warn(
        {WarningCode::libtorch_not_described,
         std::string("LibTorch's build configuration could not be read: ") + error.what()});
  }
}

HostWatch::HostWatch(CommandSession& session, const Clock& now_s) : now_s_(now_s) {
  const std::string& device = session.options().device;
  if (device != "cpu") nvml_ = Nvml::open();
  if (nvml_) {
    Environment& host = session.report().environment;
    host.gpus = nvml_->gpus();
    const auto index = gpu_of_device(device, cuda_numbering(), host.gpus, nvml_->uuids());
    if (index) {
      gpu_ = std::make_unique<GpuWatch>(
          [nvml = nvml_.get(), gpu = *index] { return nvml->look(gpu); });
    }
  }
  before_ = read_system_load(now_s_());
}

SystemLoad HostWatch::finish() {
  SystemLoad load = load_between(before_, read_system_load(now_s_()));
  if (gpu_) gpu_->finish(load);
  return load;
}

}  // namespace tsctl
