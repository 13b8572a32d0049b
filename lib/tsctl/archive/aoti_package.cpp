#include "tsctl/archive/aoti_package.h"

#include <sys/utsname.h>

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/cpu_flags.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint64_t kLargestMetadata = 1U << 20;
constexpr int kDeepest = 100;  // levels of nesting

// What each word of AOTI_CPU_ISA lets the compiler use, as /proc/cpuinfo names it.
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
  throw Error(ErrorKind::input, "'" + path + "' cannot be used: " + what,
              "make the package again with torch._inductor.aoti_compile_and_package");
}

// The first of the model's metadata records: each of them says the same.
Json metadata_of(const ZipReader& archive) {
  for (const ZipRecord& record : archive.records()) {
    const std::string_view name = archive.relative_name(record);
    if (!name.starts_with(kPackagedModel) || !name.ends_with("_metadata.json")) continue;
    const Json metadata = Json::parse(archive.read(record, kLargestMetadata), nullptr, false);
    if (!metadata.is_object())
      throw_unreadable(archive.path(), "its metadata '" + record.name + "' is no JSON object");
    return metadata;
  }
  throw_unreadable(archive.path(), "it has no metadata of a model named 'model'");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// Node types whose children have names, in their context.
bool has_keys(const std::string& type) {
  return type == "builtins.dict" || type == "collections.OrderedDict";
}

// One node of a tree as torch.utils._pytree writes it: {"type", "context", "children_spec"}; a leaf has no type.
Value value_from_tree(const Json& node, int depth) {
  if (depth > kDeepest) throw std::invalid_argument("it is nested too deeply");
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
    if (value.keys.size() != value.items.size()) throw std::invalid_argument("a dict lacks keys");
  }
  return value;
}

// [version, tree]
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
    throw Error(ErrorKind::environment, "'" + path + "' was compiled for " + what, hint);
  };
  const std::string again = "compile the package on a machine like this one";
  utsname system = {};
  uname(&system);
  const std::string machine = system.machine;
  if (!target.platform.empty() && target.platform != "linux")
    refuse("the platform '" + target.platform + "', this is linux", again);
  if (!target.machine.empty() && target.machine != machine)
    refuse("a processor of type '" + target.machine + "', this one is '" + machine + "'", again);
  const auto missing = missing_cpu_flags(target.cpu_isa, cpu_flags());
  if (!missing.empty()) {
    refuse("'" + target.cpu_isa + "', and this processor lacks " + joined(missing),
           again + "; here its code would end with an illegal instruction");
  }
  const std::string kind = device.substr(0, device.find(':'));
  if (!target.device.empty() && target.device != kind) {
    refuse("the device '" + target.device + "', not for --device " + device,
           "run it with --device " + target.device + ", or compile it for " + kind);
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
    throw_unreadable(path, std::string("how it is called cannot be read: ") + error.what());
  }
}

}  // namespace tsctl
