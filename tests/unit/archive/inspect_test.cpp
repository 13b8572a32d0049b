#include "tsctl/archive/inspect.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "archive_files.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/report/json/document.h"
#include "tsctl/report/text/inspect_text.h"

namespace tsctl {

namespace {

ModelSummary summary_of(const std::string& name, bool check_crc = false) {
  InspectOptions options;
  options.model_path = archive_fixture(name);
  options.check_crc = check_crc;
  return inspect(options);
}

// "name kind dtype [shape]" of each.
std::vector<std::string> lines_of(const std::vector<TensorSummary>& tensors) {
  std::vector<std::string> lines;
  for (const TensorSummary& tensor : tensors) {
    lines.push_back(tensor.name + " " + name_of(tensor.kind) + " " + tensor.dtype + " " +
                    shape_text(tensor.shape));
  }
  return lines;
}

const TensorSummary& tensor_named(const ModelSummary& summary, const std::string& name) {
  return *std::ranges::find_if(
      summary.tensors, [&name](const TensorSummary& tensor) { return tensor.name == name; });
}

std::int64_t in_forward(const ModelSummary& summary, const std::string& op) {
  const auto found =
      std::ranges::find_if(summary.ops, [&op](const OpSummary& row) { return row.name == op; });
  return found == summary.ops.end() ? -1 : found->in_forward;
}

TEST(Inspect, reads_a_traced_model) {
  const ModelSummary summary = summary_of("mlp_traced.pt");
  EXPECT_EQ(summary.class_name, "__torch__.Mlp");
  EXPECT_EQ(summary.format_version, "3");
  EXPECT_EQ(summary.byte_order, ByteOrder::little);
  EXPECT_FALSE(summary.frozen);
  EXPECT_EQ(summary.training, false);
  EXPECT_EQ(summary.parameter_count, 46);
  EXPECT_EQ(summary.parameter_bytes, 184);
  EXPECT_EQ(lines_of(summary.tensors),
            (std::vector<std::string>{
                "first.weight parameter float32 [4, 8]", "first.bias parameter float32 [4]",
                "second.weight parameter float32 [2, 4]", "second.bias parameter float32 [2]"}));
  ASSERT_EQ(summary.methods.size(), 1U);
  EXPECT_EQ(summary.methods[0].signature, "forward(self, x: Tensor) -> Tensor");
  EXPECT_EQ(in_forward(summary, "aten::linear"), 2);
  EXPECT_EQ(in_forward(summary, "aten::dropout"), 1);
  ASSERT_EQ(summary.extra_files.size(), 1U);
  EXPECT_EQ(summary.extra_files[0].name, "config.json");
  EXPECT_EQ(summary.extra_files[0].text, "{\"size\": 8}");
  EXPECT_TRUE(summary.warnings.empty());
}

TEST(Inspect, reads_a_frozen_model) {
  const ModelSummary summary = summary_of("mlp_frozen.pt");
  EXPECT_EQ(summary.class_name, "__torch__.Mlp");
  EXPECT_TRUE(summary.frozen);
  EXPECT_EQ(summary.training, std::nullopt);
  EXPECT_TRUE(summary.tensors.empty());
  EXPECT_EQ(lines_of(summary.constants),
            (std::vector<std::string>{"c0 constant float32 [4, 8]", "c1 constant float32 [4]",
                                      "c2 constant float32 [2, 4]", "c3 constant float32 [2]"}));
  EXPECT_EQ(summary.constants[0].uses, 1);
  EXPECT_EQ(summary.constant_count, 46);
  EXPECT_EQ(in_forward(summary, "aten::dropout"), -1);
}

TEST(Inspect, reads_a_scripted_model) {
  const ModelSummary summary = summary_of("rich_scripted.pt");
  ASSERT_EQ(summary.methods.size(), 3U);
  const MethodSummary& forward = summary.methods[0];
  EXPECT_EQ(
      forward.signature,
      "forward(self, x: Tensor, flag: bool=False, scale: float=1., mask: Optional[Tensor]=None, "
      "mode: str=\"a(b\") -> Tensor");
  ASSERT_EQ(forward.parameters.size(), 5U);
  EXPECT_EQ(forward.parameters[3].name, "mask");
  EXPECT_EQ(forward.parameters[3].type, "Optional[Tensor]");
  EXPECT_EQ(forward.parameters[3].default_value, "None");
  EXPECT_EQ(forward.parameters[0].default_value, "");
  EXPECT_EQ(tensor_named(summary, "layers.0.weight").shared_with, "tied");
  EXPECT_EQ(tensor_named(summary, "layers.0.weight").kind, TensorKind::parameter);
  EXPECT_EQ(tensor_named(summary, "layers.2.mean").kind, TensorKind::buffer);
  EXPECT_EQ(tensor_named(summary, "steps").dtype, "int64");
  EXPECT_EQ(tensor_named(summary, "tensors[0]").kind, TensorKind::attribute);
  EXPECT_EQ(summary.parameter_count, 18);
  EXPECT_EQ(in_forward(summary, "aten::matmul"), 2);
  EXPECT_EQ(in_forward(summary, "aten::softmax"), 0);
}

TEST(Inspect, lists_attributes_as_python_writes_them) {
  std::vector<std::string> lines;
  for (const AttributeSummary& row : summary_of("rich_scripted.pt").attributes) {
    lines.push_back(row.name + ": " + row.type + " = " + row.value);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{
                       R"(version: str = "1.2 # \"quoted\" torch.save(")",
                       R"(names: List[str] = ["a", "b"])", R"(table: Dict[str, int] = {"x": 1})",
                       "absent: Optional[Tensor] = None", "sizes: List[int] = [1, 2, 3]",
                       "ratios: List[float] = [1.5, 2.0]", R"(pair: Tuple[int, str] = (1, "z"))",
                       "flags: List[bool] = [True, False]", "tensors: List[Tensor] = [<tensor>]",
                       "low: int = -3", "high: int = 1099511627776", "threshold: float = 0.5"}));
}

TEST(Inspect, warns_of_training_mode) {
  const ModelSummary summary = summary_of("rich_training.pt");
  EXPECT_EQ(summary.training, true);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_EQ(summary.warnings[0].code, WarningCode::training_mode);
}

TEST(Inspect, finds_tensors_of_a_class_that_pickles_itself) {
  const ModelSummary summary = summary_of("own_state.pt");
  EXPECT_FALSE(summary.frozen);
  EXPECT_EQ(lines_of(summary.tensors),
            std::vector<std::string>{"<state>[0] attribute float32 [2, 2]"});
}

TEST(Inspect, adds_up_the_records_by_group) {
  const ModelSummary summary = summary_of("mlp_traced.pt");
  std::int64_t stored = 0;
  std::vector<std::string> names;
  for (const GroupSummary& group : summary.groups) {
    names.push_back(name_of(group.group));
    stored += group.stored_bytes;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"code", "tensors", "structure", "extra", "other"}));
  EXPECT_LT(stored, summary.size_bytes);
  EXPECT_EQ(summary.crc_ok, std::nullopt);
}

TEST(Inspect, names_the_damaged_record) {
  EXPECT_EQ(summary_of("mlp_traced.pt", true).crc_ok, true);
  const MemoryFile file(with_flipped_bit(archive_fixture("mlp_traced.pt"), "data/0"));
  InspectOptions options;
  options.model_path = file.path();
  options.check_crc = true;
  const ModelSummary summary = inspect(options);
  EXPECT_EQ(summary.crc_ok, false);
  ASSERT_EQ(summary.warnings.size(), 1U);
  EXPECT_EQ(summary.warnings[0].text,
            "record data/0 is damaged: its content does not match its CRC-32");
}

TEST(Inspect, names_the_producer_of_the_manifest) {
  const MemoryFile file(bytes_of(archive_fixture("mlp_traced.pt")));
  append_records(file.path(),
                 {{"extra/tsctl/manifest.json",
                   R"({"steps": [{"tsctl_version": "0.1.0", "torch_version": "2.15.0"}]})"}});
  InspectOptions options;
  options.model_path = file.path();
  const ModelSummary summary = inspect(options);
  EXPECT_EQ(summary.producer, "tsctl 0.1.0, torch 2.15.0");
  EXPECT_FALSE(summary.manifest_text.empty());
}

TEST(Inspect, gives_the_code_when_asked_with_the_roots_first) {
  InspectOptions options;
  options.model_path = archive_fixture("rich_scripted.pt");
  EXPECT_TRUE(inspect(options).code.empty());
  options.with_code = true;
  const std::vector<CodeText> code = inspect(options).code;
  ASSERT_EQ(code.size(), 4U);
  EXPECT_EQ(code[0].record, "code/__torch__.py");
  EXPECT_NE(code[0].text.find("class Rich(Module):"), std::string::npos);
}

TEST(InspectJson, comes_back_as_it_was) {
  const std::string text = document_from_report({.inspect = summary_of("rich_scripted.pt", true)});
  EXPECT_EQ(document_from_report(report_from_document(text, "r.json")), text);
  EXPECT_EQ(nlohmann::json::parse(text)["inspect"]["tensors"][3]["shared_with"], "tied");
  EXPECT_NE(input_error_of([] {
              report_from_document(R"({"schema": "tsctl.report/1", "inspect": []})", "r.json");
            }),
            "");
}

TEST(InspectText, shows_what_a_person_asks_first) {
  ModelSummary summary = summary_of("mlp_frozen.pt");
  summary.path = "net.pt";
  const std::string text = text_from_summary(summary, {});
  EXPECT_EQ(text.substr(0, text.find("\n\n") + 1),
            "net.pt: TorchScript, 2.60 KiB\n"
            "  class         __torch__.Mlp\n"
            "  state         frozen (weights are constants)\n"
            "  parameters    none\n"
            "  constants     4 tensors, 46 values, 184 B\n"
            "  format        3, little endian\n");
}

TEST(InspectText, adds_the_sections_that_are_asked_for) {
  const ModelSummary summary = summary_of("rich_scripted.pt");
  const auto contains = [&summary](const InspectSections& sections, const std::string& part) {
    return text_from_summary(summary, sections).find(part) != std::string::npos;
  };
  EXPECT_FALSE(contains({}, "shares memory with tied"));
  EXPECT_TRUE(contains({.tensors = true}, "shares memory with tied"));
  EXPECT_FALSE(contains({}, "aten::matmul"));
  EXPECT_TRUE(contains({.ops = true}, "aten::matmul"));
  EXPECT_TRUE(contains({.records = true}, ".data/serialization_id"));
}

TEST(Inspect, finds_the_version_where_later_versions_of_torch_write_it) {
  const ZipReader archive(archive_fixture("mlp_traced.pt"));
  ZipBuilder copy;
  for (const ZipRecord& record : archive.records()) {
    std::string name(archive.relative_name(record));
    if (name == "version" || name == "byteorder") name = ".data/" + name;
    copy.add(archive.top_folder() + "/" + name, archive.read(record, record.size_bytes));
  }
  const MemoryFile file(copy.finish());
  const ModelSummary summary = inspect({.model_path = file.path()});
  EXPECT_EQ(summary.format_version, "3");
  EXPECT_EQ(summary.byte_order, ByteOrder::little);
}

TEST(InspectText, groups_the_digits_of_counts) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(-1234567), "-1,234,567");
}

}  // namespace

}  // namespace tsctl
