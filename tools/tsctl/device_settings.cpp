#include "device_settings.h"

#include "tsctl/core/error.h"

namespace tsctl {

void require_device_settings(const std::vector<ArmSpec>& specs,
                             const std::vector<Subject>& subjects, bool cold_cache,
                             const std::string& device) {
  if (cold_cache && device == "cpu") {
    throw Error(ErrorKind::usage,
                "--cold-cache empties the cache of a GPU, and this runs on the CPU",
                "give --device cuda, or leave --cold-cache out");
  }
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (!specs[i].tuning.cuda_graph) continue;
    if (device == "cpu") {
      throw Error(ErrorKind::usage,
                  "the arm '" + specs[i].text + "': cuda-graph=on does not fit the CPU",
                  "give --device cuda, or leave cuda-graph=on out");
    }
    if (subjects[i].source) {
      throw Error(ErrorKind::usage,
                  "the arm '" + specs[i].text + "': cuda-graph=on does not fit a SOURCE",
                  "convert it first: the calls of a file can be captured");
    }
  }
}

}  // namespace tsctl
