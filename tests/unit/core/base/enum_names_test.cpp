#include "tsctl/core/base/enum_names.h"

#include <gtest/gtest.h>

#include <set>

#include "tsctl/core/base/warning.h"
#include "tsctl/core/report.h"

namespace tsctl {
namespace {

enum class Fruit { apple, pear };

constexpr auto names_of(Fruit) {
  return std::to_array<Named<Fruit>>({{Fruit::pear, "Pear"}, {Fruit::apple, "an apple"}});
}

TEST(EnumNames, go_both_ways_by_the_table) {
  EXPECT_EQ(name_of(Fruit::apple), "an apple");
  EXPECT_EQ(name_of(std::optional<Fruit>(Fruit::pear)), "Pear");
  EXPECT_EQ(name_of(std::optional<Fruit>()), "");
  EXPECT_EQ(value_of<Fruit>("Pear"), Fruit::pear);
  EXPECT_EQ(value_of<Fruit>("apple"), std::nullopt);
  EXPECT_EQ(value_of<Fruit>(""), std::nullopt);
  EXPECT_EQ(name_list<Fruit>(), (std::vector<std::string>{"Pear", "an apple"}));
}

// The rows are one for each of the first values of the enum. The names differ.
template <typename Enum>
void expect_complete() {
  const std::vector<std::string> names = name_list<Enum>();
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string name = name_of(static_cast<Enum>(i));
    EXPECT_NE(name, "") << i;
    EXPECT_EQ(value_of<Enum>(name), static_cast<Enum>(i));
  }
}

TEST(EnumNames, has_each_value_of_the_vocabularies_of_the_report_once) {
  expect_complete<WarningCode>();
  expect_complete<ErrorKind>();
  expect_complete<Dtype>();
  expect_complete<Executor>();
  expect_complete<ReportStatus>();
  expect_complete<ArtifactStatus>();
  expect_complete<StepStatus>();
  expect_complete<InputsOrigin>();
  expect_complete<FindingStatus>();
  expect_complete<PassStatus>();
  expect_complete<RewriteGoal>();
  expect_complete<Match>();
  expect_complete<DifferenceReason>();
  expect_complete<ArmKind>();
  expect_complete<ArmOutputs>();
  expect_complete<ArmSpeed>();
  expect_complete<SpeedVerdict>();
  expect_complete<WarmUpClass>();
  expect_complete<ThroughputUnit>();
  expect_complete<Loop>();
  expect_complete<Arrivals>();
  expect_complete<StopReason>();
  expect_complete<VariationSource>();
  expect_complete<Gate>();
  expect_complete<WaitPolicy>();
  expect_complete<Fusion>();
  expect_complete<Precision>();
  expect_complete<GraphKind>();
  expect_complete<CaptureMode>();
  expect_complete<CaptureMethod>();
  expect_complete<CaptureStatus>();
  expect_complete<AttemptStatus>();
  expect_complete<CallOutcome>();
  expect_complete<NoticeCode>();
  expect_complete<BakedKind>();
  expect_complete<BakedOrigin>();
  expect_complete<SizeStatus>();
  expect_complete<SubmoduleMode>();
  expect_complete<RecordGroup>();
  expect_complete<RecordMethod>();
  expect_complete<TensorKind>();
  expect_complete<ByteOrder>();
  expect_complete<TensorChangeKind>();
  expect_complete<TextChangeKind>();
}

TEST(WarningCodeText, is_a_known_code_or_a_text_of_another_version) {
  const Warning known{WarningCode::overloaded, "it took too long"};
  EXPECT_EQ(known.code, WarningCode::overloaded);
  EXPECT_EQ(known.code.text(), "overloaded");
  const Warning unknown{std::string("of_tomorrow"), "so"};
  EXPECT_FALSE(unknown.code == WarningCode::overloaded);
  EXPECT_EQ(unknown.code.text(), "of_tomorrow");
}

}  // namespace
}  // namespace tsctl
