#include "tsctl/report/text/host_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "tsctl/core/base/units.h"
#include "tsctl/report/text/text_lines.h"

namespace tsctl {

namespace {

constexpr const char* kUnavailable = "unavailable";

std::string or_unavailable(const std::string& text) { return text.empty() ? kUnavailable : text; }

bool is_digit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }

// The first number with a point in it: "2024.2" of "Intel(R) oneAPI Math Kernel Library Version 2024.2-Product".
std::string version_in(const std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_digit(text[at])) continue;
    std::size_t end = at;
    while (end < text.size() && (is_digit(text[end]) || text[end] == '.')) ++end;
    std::string number = text.substr(at, end - at);
    while (number.ends_with('.')) number.pop_back();
    if (number.find('.') != std::string::npos) return number;
    at = end;
  }
  return {};
}

std::string cores_text(const Environment& host) {
  std::string text =
      fmt::format("{} of {}", host.cores_affinity, counted(host.cores_visible, "core"));
  if (host.cores_quota) text += ", quota " + number_text(*host.cores_quota);
  return text;
}

std::string mhz_text(const std::optional<double>& mhz) {
  return mhz ? fmt::format("{:.0f} MHz", *mhz) : kUnavailable;
}

std::string clocks_text(const SystemLoad& noise) {
  if (!noise.gpu_clock_low_mhz) return {};
  return fmt::format("{:.0f} to {}", *noise.gpu_clock_low_mhz, mhz_text(noise.gpu_clock_high_mhz));
}

std::string gpu_text(const GpuInfo& gpu) {
  std::string text =
      fmt::format("{}, driver {}, clock {} of {}, memory clock {}", or_unavailable(gpu.name),
                  or_unavailable(gpu.driver), mhz_text(gpu.clock_mhz), mhz_text(gpu.clock_max_mhz),
                  mhz_text(gpu.memory_clock_mhz));
  if (gpu.temperature_c) text += fmt::format(", {} °C", number_text(*gpu.temperature_c));
  if (gpu.memory_total_bytes) text += ", " + bytes_text(*gpu.memory_total_bytes);
  return text;
}

}  // namespace

std::string libtorch_build_text(const DescribeResult& described) {
  // "OpenMP, 2 threads": the number of threads is not a property of the build.
  std::vector<std::string> parts{
      described.parallel_backend.substr(0, described.parallel_backend.find(','))};
  for (const std::string name : {"MKL", "oneDNN"}) {
    const auto lever = std::ranges::find_if(
        described.levers, [&](const Finding& finding) { return finding.name == name; });
    if (lever == described.levers.end() || lever->status != FindingStatus::ok) continue;
    const std::string version = version_in(lever->detail);
    parts.push_back(name + (version.empty() ? "" : " " + version));
  }
  parts.push_back(described.cpu_capability);
  std::erase(parts, "");
  return joined(parts, ", ");
}

std::string host_text(const Environment& host) {
  if (host.cores_visible == 0) return {};
  std::string text =
      line("host", or_unavailable(host.cpu) + ", " + cores_text(host) + ", governor " +
                       or_unavailable(host.governor) +
                       (host.numa_nodes.size() > 1
                            ? ", " + counted(std::ssize(host.numa_nodes), "memory node")
                            : ""));
  if (!host.libtorch_build.empty()) text += line("", "LibTorch: " + host.libtorch_build);
  for (const GpuInfo& gpu : host.gpus) text += line("", gpu_text(gpu));
  if (!host.variables.empty()) text += line("", "set: " + joined(host.variables, ", "));
  return text;
}

std::string gpu_noise_text(const SystemLoad& noise) {
  if (noise.gpu_throttle_reasons.empty()) return {};
  const std::string clocks = clocks_text(noise);
  return line("", "the GPU lowered its clocks: " + joined(noise.gpu_throttle_reasons, ", ") +
                      (clocks.empty() ? "" : " (" + clocks + ")"));
}

Rows host_rows(const Environment& host) {
  if (host.cores_visible == 0) return {};
  Rows rows{{"system", or_unavailable(host.os)},
            {"kernel", or_unavailable(host.kernel)},
            {"cpu", or_unavailable(host.cpu)},
            {"instruction sets", or_unavailable(joined(host.cpu_features, " "))},
            {"cores", cores_text(host)},
            {"threads", std::to_string(host.threads)},
            {"governor", or_unavailable(host.governor)},
            {"memory", bytes_text(host.memory_total_bytes)}};
  for (std::size_t i = 0; i < host.numa_nodes.size(); ++i)
    rows.emplace_back("memory node " + std::to_string(i), "processors " + host.numa_nodes[i]);
  for (const GpuInfo& gpu : host.gpus) rows.emplace_back("gpu", gpu_text(gpu));
  if (!host.torch_version.empty()) rows.emplace_back("torch", host.torch_version);
  if (!host.libtorch_build.empty()) rows.emplace_back("LibTorch", host.libtorch_build);
  for (const std::string& variable : host.variables) rows.emplace_back("variable", variable);
  return rows;
}

Rows noise_rows(const SystemLoad& noise) {
  const auto share = [](const std::optional<double>& value) {
    return value ? percent_text(*value) : std::string(kUnavailable);
  };
  Rows rows{{"a task waited for a CPU", share(noise.cpu_pressure)},
            {"a task waited for memory", share(noise.memory_pressure)},
            {"a task waited for a disk", share(noise.io_pressure)},
            {"stolen by the hypervisor", share(noise.steal)},
            {"throttled by the quota",
             noise.throttled_s ? seconds_text(*noise.throttled_s) : kUnavailable},
            {"context switches", noise.context_switches ? std::to_string(*noise.context_switches)
                                                        : std::string(kUnavailable)},
            {"load before", noise.load_before ? ratio_text(*noise.load_before) : kUnavailable}};
  if (const std::string clocks = clocks_text(noise); !clocks.empty())
    rows.emplace_back("GPU clock", clocks);
  if (!noise.gpu_throttle_reasons.empty())
    rows.emplace_back("GPU clock lowered by", joined(noise.gpu_throttle_reasons, ", "));
  if (noise.smallest_effect)
    rows.emplace_back("smallest effect that can be resolved", percent_text(*noise.smallest_effect));
  return rows;
}

}  // namespace tsctl
