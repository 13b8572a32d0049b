#include "tsctl/archive/manifest_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "tsctl/archive/model_archive.h"
#include "tsctl/core/base/error.h"
#include "tsctl/core/base/units.h"
#include "tsctl/core/inputs/input_spec.h"

namespace tsctl {

namespace {

using Json = nlohmann::json;

constexpr const char* kSchema = "tsctl.manifest/1";

// The member of that name if it is of that kind, else an empty one.
std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}
Json list_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : Json::array();
}
bool flag_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

bool freezes(const Json& step) {
  const std::string command = text_in(step, "command");
  return command == "freeze" || command == "optimize";
}

// "2.15.0" of "2.15.0+cu132"
std::string without_build(const std::string& version) {
  return version.substr(0, version.find('+'));
}

// Whether each input is a tensor of its own: "dict{x: tensor, mask: tensor}".
bool is_flat(const std::string& structure) {
  constexpr std::string_view kNames = "dict{";
  return structure.empty() || (structure.starts_with(kNames) &&
                               structure.find_first_of("{[(", kNames.size()) == std::string::npos);
}

std::string last_part(const std::string& name) { return name.substr(name.rfind('.') + 1); }

class ManifestCheck {
 public:
  ManifestCheck(const ModelSummary& summary, const Json& manifest)
      : summary_(summary), manifest_(manifest) {
    for (const Json& step : list_in(manifest, "steps")) {
      if (step.is_object()) steps_.push_back(step);
    }
  }

  std::vector<std::string> run() {
    check_schema();
    check_class();
    check_parameters();
    check_inputs();
    check_steps();
    check_last_step();
    return std::move(found_);
  }

 private:
  void add(std::string stated, const std::string& is) {
    found_.push_back(fmt::format("the manifest states {}, but {}", std::move(stated), is));
  }

  void check_schema() {
    const std::string schema = text_in(manifest_, "schema");
    if (!schema.empty() && schema != kSchema)
      add(fmt::format("the schema {}", schema), fmt::format("tsctl writes {}", kSchema));
  }

  // An adapter, which arranges the inputs, is a class of its own.
  bool has_adapter() const { return !text_in(manifest_, "adapter").empty(); }

  void check_class() {
    const std::string stated = text_in(manifest_, "class_name");
    const std::string is = last_part(summary_.class_name);
    // A method that was captured as a model is "Codec.encode", and its class Codec_encode.
    std::string joined = stated;
    std::ranges::replace(joined, '.', '_');
    if (!stated.empty() && !has_adapter() && last_part(stated) != is && joined != is)
      add(fmt::format("the class {}", stated), fmt::format("the class of its root is {}", is));
  }

  const MethodSummary* forward() const {
    const auto found = std::ranges::find_if(
        summary_.methods, [](const MethodSummary& row) { return row.name == "forward"; });
    return found == summary_.methods.end() ? nullptr : &*found;
  }

  static std::string signature_text(const std::vector<std::pair<std::string, std::string>>& rows) {
    std::string text;
    for (const auto& [name, type] : rows)
      text += (text.empty() ? "" : ", ") + name + ": " + (type.empty() ? "Tensor" : type);
    return "(" + plain_class_name(text) + ")";
  }

  void check_parameters() {
    const Json stated = list_in(manifest_, "parameters");
    const MethodSummary* method = forward();
    if (stated.empty() || method == nullptr) return;
    std::vector<std::pair<std::string, std::string>> rows_stated;
    for (const Json& row : stated) {
      const std::string type = row.is_object() ? text_in(row, "type") : std::string();
      const bool is_object =
          rows_stated.empty() && type.starts_with("__torch__.");  // of the method
      if (row.is_object() && !is_object) rows_stated.emplace_back(text_in(row, "name"), type);
    }
    std::vector<std::pair<std::string, std::string>> rows;
    for (const MethodParameter& row : method->parameters) rows.emplace_back(row.name, row.type);
    const std::string text_stated = signature_text(rows_stated);
    const std::string text = signature_text(rows);
    if (text_stated != text)
      add(fmt::format("that forward takes {}", text_stated), fmt::format("it takes {}", text));
  }

  // The inputs that have names, and how many there are.
  void check_inputs() {
    const MethodSummary* method = forward();
    const auto inputs = manifest_.find("inputs");
    if (method == nullptr || has_adapter() || inputs == manifest_.end() || !inputs->is_object() ||
        !is_flat(text_in(manifest_, "input_structure")))
      return;
    const Json specs = list_in(*inputs, "specs");
    if (specs.size() > method->parameters.size()) {
      add(counted(std::ssize(specs), "input"),
          fmt::format("forward takes {}", counted(std::ssize(method->parameters), "argument")));
      return;
    }
    for (const Json& spec : specs) {
      const std::string name = spec.is_string() ? name_of_input(spec.get<std::string>()) : "";
      const bool is_known =
          name.empty() || std::ranges::any_of(method->parameters, [&](const MethodParameter& row) {
            return row.name == name;
          });
      if (!is_known)
        add(fmt::format("an input '{}'", name), "forward takes no argument of that name");
    }
  }

  static std::string name_of_input(const std::string& spec) {
    try {
      return input_spec_from_text(spec).name;
    } catch (const Error&) {
      return {};
    }
  }

  void check_steps() {
    if (steps_.empty()) return;
    const Json& first = steps_.front();
    const std::string command = text_in(first, "command");
    const std::string torch = text_in(manifest_, "torch_version");
    const std::string torch_of_step = text_in(first, "torch_version");
    const bool is_capture = command == text_in(manifest_, "capture_mode");
    if (is_capture && !torch.empty() && !torch_of_step.empty() &&
        without_build(torch) != without_build(torch_of_step)) {
      add(fmt::format("that torch {} captured it", torch),
          fmt::format("its first step names torch {}", torch_of_step));
    }
    const bool is_stated = std::ranges::any_of(steps_, freezes);
    const bool preserves = std::ranges::any_of(
        steps_, [](const Json& step) { return !list_in(step, "preserved").empty(); });
    // Freezing removes `training`. It leaves a parameter that the model may change in place.
    if (is_stated && !preserves && summary_.training) add("that it was frozen", "it is not");
    if (!is_stated && summary_.frozen && command == "trace")
      add("no step that freezes", "its weights are constants");
  }

  void check_last_step() {
    if (steps_.empty()) return;
    const auto packed = std::ssize(list_in(steps_.back(), "packed_layers"));
    if (packed != summary_.packed_layers) {
      add(packed == 0 ? "no packed layers" : counted(packed, "packed layer"),
          fmt::format("it has {}", summary_.packed_layers == 0
                                       ? std::string("none that this tsctl knows")
                                       : counted(summary_.packed_layers, "packed layer")));
    }
    const bool keeps_heap = flag_in(steps_.back(), "keeps_heap");
    if (keeps_heap != summary_.keeps_heap) {
      add(keeps_heap ? "that loading it makes glibc keep freed memory" : "nothing about the heap",
          keeps_heap ? "it does not" : "loading it makes glibc keep freed memory");
    }
  }

  const ModelSummary& summary_;
  const Json& manifest_;
  std::vector<Json> steps_ = {};
  std::vector<std::string> found_ = {};
};

}  // namespace

std::vector<std::string> manifest_differences(const ModelSummary& summary) {
  const Json manifest = Json::parse(summary.manifest_text, nullptr, /*allow_exceptions=*/false);
  return manifest.is_object() ? ManifestCheck(summary, manifest).run() : std::vector<std::string>();
}

}  // namespace tsctl
