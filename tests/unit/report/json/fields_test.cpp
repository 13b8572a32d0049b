#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "report/json/filled.h"
#include "tsctl/core/bench_samples.h"
#include "tsctl/core/capture.h"
#include "tsctl/core/capture_api.h"
#include "tsctl/core/diff.h"
#include "tsctl/core/inputs/input_plan.h"
#include "tsctl/core/inputs/input_sets.h"
#include "tsctl/core/inspect.h"
#include "tsctl/core/manifest.h"
#include "tsctl/core/report.h"
#include "tsctl/core/tolerance.h"
#include "tsctl/core/wire.h"

namespace tsctl {
namespace {

// Stands for an initializer of any member, so that an aggregate's members can be counted.
struct Anything {
  template <typename T>
  requires(!json::IsOptional<T>::value)  // an optional takes it as its content
  operator T() const;
};

template <typename T, std::size_t... Is>
consteval bool takes(std::index_sequence<Is...>) {
  return requires { T{(static_cast<void>(Is), Anything{})...}; };
}

// How many members the struct has: the longest list of initializers that it takes.
template <typename T, std::size_t N = 64>
consteval std::size_t member_count() {
  if constexpr (N == 0 || takes<T>(std::make_index_sequence<N>{})) {
    return N;
  } else {
    return member_count<T, N - 1>();
  }
}

struct Keys {
  std::multiset<std::string> names = {};
  template <typename T>
  void operator()(const char* key, T&, const Field& = {}) {
    names.insert(key);
  }
};

template <typename... Ts>
struct Structs {
  // Calls `work.operator()<T>()` for each, with its name in the messages of what fails.
  template <typename Work>
  static void for_each(const Work& work) {
    const auto named = [&]<typename T>() {
      SCOPED_TRACE(testing::internal::GetTypeName<T>());
      work.template operator()<T>();
    };
    (named.template operator()<Ts>(), ...);
  }
};

// Every struct with a field list.
using All =
    Structs<Warning, Job, TimeCalls, UseSet, CallSets, TimeTransfers, Progress, Failure, ArmReady,
            Transfers, TimedCalls, LoadWindow, LoadTimes, TransferTimes, ProfileRequest,
            ProfileResult, ArmOpening, ArmTuning, ArmSettings, PythonSite, DrawnTensor, InputSet,
            ProbeSet, SourceSpec, InputPlan, ToleranceOverride, ToleranceOptions, ModelRequest,
            CaptureRequest, EagerRequest, RuntimeRequest, EagerResult, LocateRequest, LocateResult,
            LoadInputsRequest, LoadInputsResult, CaptureComparison, CaptureAttempt,
            ForwardParameter, CaptureResult, RewriteRequest, PassSkip, PassRecord, RewriteResult,
            VerifyRequest, OutputComparison, CallComparison, VerifyResult, RunRequest,
            OutputSummary, RunResult, GraphRequest, GraphResult, ArmRequest, ArmResult, PairResult,
            BenchResult, Finding, DescribeRequest, DescribeResult, ToolInfo, ErrorInfo, Environment,
            UsedFile, EngineLoaded, ModelInfo, ArtifactInfo, StepRecord, InputsInfo, ManifestStep,
            Manifest, Report, RecordSummary, GroupSummary, TensorSummary, AttributeSummary,
            ModuleSummary, OpCount, MethodParameter, MethodSummary, OpSummary, ExtraFile, CodeText,
            ModelSummary, TensorChange, TextChange, OpChange, DiffSide, DiffResult>;

TEST(Fields, list_every_member_of_a_struct_under_a_key_of_its_own) {
  All::for_each([]<typename T>() {
    T value;
    Keys keys;
    visit_fields(keys, value);
    EXPECT_EQ(keys.names.size(), member_count<T>());
    for (const std::string& name : keys.names) EXPECT_EQ(keys.names.count(name), 1U) << name;
  });
}

TEST(Fields, come_back_as_they_were_written) {
  All::for_each([]<typename T>() {
    const json::Json written = json::to_json(filled<T>());
    EXPECT_NE(written, json::to_json(T{}));
    T back;
    json::read_json(json::Json::parse(written.dump()), back);
    EXPECT_EQ(json::to_json(back).dump(2), written.dump(2));
  });
}

TEST(Fields, keep_their_defaults_where_a_document_says_nothing_and_ignore_what_they_do_not_know) {
  All::for_each([]<typename T>() {
    T back;
    json::read_json(json::Json::parse(R"({"a_key_of_tomorrow": [1]})"), back);
    EXPECT_EQ(json::to_json(back), json::to_json(T{}));
  });
}

TEST(MemberCount, counts) {
  struct Three {
    int number = 0;
    std::vector<std::string> texts = {};
    std::optional<Warning> warning = {};
  };
  EXPECT_EQ(member_count<Three>(), 3U);
  EXPECT_EQ(member_count<Warning>(), 2U);
}

}  // namespace
}  // namespace tsctl
