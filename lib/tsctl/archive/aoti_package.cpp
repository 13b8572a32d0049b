#include "tsctl/archive/aoti_package.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/cpu_flags.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kMaxMetadataBytes = 1U << 20;
constexpr int kMaxDepth = 100;  // levels of nesting

// The CPU flags, named as in /proc/cpuinfo, that each word of AOTI_CPU_ISA permits the compiler to use.
const std::map<std::string, std::vector<std::string>, std::less<>>& flags_of_isa() {
  static const std::map<std::string, std::vector<std::string>, std::less<>> flags{
      {"AVX2", {"avx2", "fma", "f16c"}},
      {"AVX512", {"avx512f", "avx512dq", "avx512vl", "avx512bw", "fma"}},
      {"AVX512_VNNI", {"avx512_vnni"}},
      {"AVX512_BF16", {"avx512_bf16"}},
      {"AMX_TILE", {"amx_tile", "amx_bf16", "amx_int8"}},
      {"AMX_FP16", {"amx_fp16"}},
      {"ASIMD", {"asimd"}}};
  return flags;
}

[[noreturn]] void throw_unreadable(const std::string& path, const std::string& what) {
  throw Error(ErrorKind::input, fmt::format("'{}' cannot be used: {}", path, what),
              "create the package again with torch._inductor.aoti_compile_and_package");
}

// The first metadata record of the model. All its metadata records have the same content.
Json metadata_of(const ZipReader& archive) {
  for (const ZipRecord& record : archive.records()) {
    const std::string_view name = archive.relative_name(record);
    if (!name.starts_with(kPackagedModel) || !name.ends_with("_metadata.json")) continue;
    const Json metadata = Json::parse(archive.read(record, kMaxMetadataBytes), nullptr, false);
    if (!metadata.is_object()) {
      throw_unreadable(archive.path(),
                       fmt::format("its metadata '{}' is not a JSON object", record.name));
    }
    return metadata;
  }
  throw_unreadable(archive.path(), "it has no metadata for a model named 'model'");
}

// Whether a node of this type stores the keys of its children in its context.
bool has_keys(const std::string& type) {
  return type == "builtins.dict" || type == "collections.OrderedDict";
}

// Parses a node that torch.utils._pytree wrote: {"type", "context", "children_spec"}. The type of a leaf is null.
Value value_from_tree(const Json& node, int depth) {
  if (depth > kMaxDepth) throw std::invalid_argument("it is nested too deeply");
  if (node.at("type").is_null()) return {.kind = Value::Kind::tensor};
  const auto type = node.at("type").get<std::string>();
  Value value{.kind = has_keys(type)            ? Value::Kind::dict
                      : type == "builtins.list" ? Value::Kind::list
                                                : Value::Kind::tuple};
  for (const Json& child : node.at("children_spec"))
    value.items.push_back(value_from_tree(child, depth + 1));
  if (value.kind == Value::Kind::dict) {
    for (const Json& key : Json::parse(node.at("context").get<std::string>()))
      value.keys.push_back(key.is_string() ? key.get<std::string>() : key.dump());
    if (value.keys.size() != value.items.size())
      throw std::invalid_argument("the number of a dict's keys differs from that of its items");
  }
  return value;
}

// A specification is the JSON array [version, tree].
Value value_from_spec(std::string_view text) { return value_from_tree(Json::parse(text).at(1), 0); }

}  // namespace

PackageTarget read_package_target(const std::string& path) {
  const ZipReader archive(path);
  const Json metadata = metadata_of(archive);
  const auto text = [&](const char* key) {
    const auto found = metadata.find(key);
    return found != metadata.end() && found->is_string() ? found->get<std::string>()
                                                         : std::string();
  };
  return {.device = text("AOTI_DEVICE_KEY"),
          .platform = text("AOTI_PLATFORM"),
          .machine = text("AOTI_MACHINE"),
          .cpu_isa = text("AOTI_CPU_ISA")};
}

std::vector<std::string> missing_cpu_flags(const std::string& cpu_isa,
                                           const std::set<std::string>& flags) {
  std::vector<std::string> missing;
  std::istringstream words(cpu_isa);
  for (std::string word; words >> word;) {
    const auto needed = flags_of_isa().find(word);
    if (needed == flags_of_isa().end()) continue;
    for (const std::string& flag : needed->second) {
      if (!flags.contains(flag)) missing.push_back(flag);
    }
  }
  return missing;
}

void require_package_runs_here(const std::string& path, const std::string& device) {
  ZipReader(path).require_intact();
  const PackageTarget target = read_package_target(path);
  const auto refuse = [&](const std::string& what, const std::string& hint) {
    throw Error(ErrorKind::environment, fmt::format("'{}' was compiled for {}", path, what), hint);
  };
  const std::string compile_here = "compile the package on a machine like this one";
  utsname system = {};
  uname(&system);
  const std::string machine = system.machine;
  if (!target.platform.empty() && target.platform != "linux")
    refuse(fmt::format("the platform '{}', this is linux", target.platform), compile_here);
  if (!target.machine.empty() && target.machine != machine) {
    refuse(fmt::format("a processor of type '{}', this one is '{}'", target.machine, machine),
           compile_here);
  }
  const auto missing = missing_cpu_flags(target.cpu_isa, cpu_flags());
  if (!missing.empty()) {
    refuse(
        fmt::format("'{}', and this processor lacks {}", target.cpu_isa, fmt::join(missing, ", ")),
        compile_here + "; on this processor its code would fail with an illegal instruction");
  }
  const std::string kind = device.substr(0, device.find(':'));
  if (!target.device.empty() && target.device != kind) {
    refuse(fmt::format("the device '{}', not for --device {}", target.device, device),
           fmt::format("run it with --device {}, or compile it for {}", target.device, kind));
  }
}

CallSpec call_spec_from_json(std::string_view in_spec, std::string_view out_spec,
                             const std::string& path) {
  try {
    const Value arguments = value_from_spec(in_spec);
    CallSpec spec{.inputs = leaves_of(arguments, "in").size(),
                  .outputs = value_from_spec(out_spec)};
    if (arguments.items.size() == 2) spec.kwargs = arguments.items[1].keys;
    return spec;
  } catch (const std::exception& error) {
    throw_unreadable(path, fmt::format("its call specification cannot be read: {}", error.what()));
  }
}

}  // namespace tsctl
