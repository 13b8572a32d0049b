#include "tsctl/report/json/schema.h"

#include <gtest/gtest.h>

#include "tsctl/core/arm_settings.h"
#include "tsctl/report/json/schema_writer.h"

namespace tsctl {
namespace {

struct Leg {
  std::string name = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Leg& value) {
  visit("name", value.name, Field("Which leg").not_empty());
}

struct Animal {
  std::string sound = {};
  std::string food = {};
  int age = 0;
  double weight_kg = 0.0;
  double height_m = 0.0;
  std::optional<double> speed = {};
  std::optional<std::string> owner = {};
  Executor executor = Executor::standard;
  std::optional<Executor> other = {};
  bool wild = false;
  std::vector<Leg> legs = {};
  std::vector<double> bites_s = {};
  std::optional<Leg> tail = {};
  std::optional<Leg> wing = {};
  Warning warning = {};
};

template <typename Visitor>
void visit_fields(Visitor& visit, Animal& value) {
  visit("sound", value.sound, Field("What it says").matching("^[a-z]+$"));
  visit("food", value.food, Field().one_of([] { return std::vector<std::string>{"", "hay"}; }));
  visit("age", value.age);
  visit("weight_kg", value.weight_kg, Field().at_least(1));
  visit("height_m", value.height_m, Field().greater_than(0).less_than(9).finite());
  visit("speed", value.speed, Field().at_least(0));
  visit("owner", value.owner);
  visit("executor", value.executor);
  visit("other", value.other);
  visit("wild", value.wild);
  visit("legs", value.legs, Field().at_most_items(8));
  visit("bites_s", value.bites_s, Field().greater_than(0));
  visit("tail", value.tail);
  visit("wing", value.wing, Field().optional_key());
  visit("warning", value.warning);
}

class WrittenSchema : public testing::Test {
 protected:
  WrittenSchema() {
    json::SchemaWriter writer(definitions_);
    Animal animal;
    visit_fields(writer, animal);
    schema_ = writer.schema();
  }

  std::string property(const char* key) { return schema_["properties"][key].dump(); }

  json::Json definitions_ = json::Json::object();
  json::Json schema_ = {};
};

TEST_F(WrittenSchema, has_a_type_and_the_limits_for_each_key) {
  EXPECT_EQ(property("sound"),
            R"({"type":"string","pattern":"^[a-z]+$","description":"What it says"})");
  EXPECT_EQ(property("food"), R"({"enum":["","hay"]})");
  EXPECT_EQ(property("age"), R"({"type":"integer","minimum":0})");
  EXPECT_EQ(property("weight_kg"), R"({"type":["number","null"],"minimum":1})");
  EXPECT_EQ(property("height_m"), R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":9})");
  EXPECT_EQ(property("speed"), R"({"type":["number","null"],"minimum":0})");
  EXPECT_EQ(property("owner"), R"({"type":["string","null"]})");
  EXPECT_EQ(property("wild"), R"({"type":"boolean"})");
  EXPECT_EQ(property("bites_s"),
            R"({"type":"array","items":{"type":"number","exclusiveMinimum":0}})");
}

TEST_F(WrittenSchema, lists_the_names_of_a_closed_vocabulary_and_empty_text_where_it_is_optional) {
  EXPECT_EQ(property("executor"), R"({"enum":["default","static","unoptimized"]})");
  EXPECT_EQ(property("other"), R"({"enum":["default","static","unoptimized",""]})");
}

TEST_F(WrittenSchema, describes_each_struct_once) {
  EXPECT_EQ(property("legs"), R"({"type":"array","items":{"$ref":"#/$defs/Leg"},"maxItems":8})");
  EXPECT_EQ(property("tail"), R"({"anyOf":[{"$ref":"#/$defs/Leg"},{"type":"null"}]})");
  EXPECT_EQ(property("wing"), R"({"$ref":"#/$defs/Leg"})");
  EXPECT_EQ(definitions_.size(), 2U);
  EXPECT_EQ(definitions_["Leg"].dump(),
            R"({"type":"object","required":["name"],"properties":{"name":{"type":"string",)"
            R"("minLength":1,"description":"Which leg"}}})");
}

TEST_F(WrittenSchema, requires_every_key_but_those_that_a_document_may_leave_out) {
  EXPECT_EQ(schema_["required"].size(), 14U);
  EXPECT_EQ(schema_["required"].dump().find("wing"), std::string::npos);
}

TEST_F(WrittenSchema, offers_the_known_warning_codes_and_takes_others) {
  const json::Json& code = definitions_["Warning"]["properties"]["code"];
  EXPECT_EQ(code["type"], "string");
  EXPECT_EQ(code["examples"].size(), name_list<WarningCode>().size());
}

TEST(ReportSchema, describes_every_key) {
  const auto schema = json::Json::parse(report_schema());
  EXPECT_EQ(schema["title"], "tsctl.report/1");
  EXPECT_EQ(schema["properties"]["exit_code"]["enum"].size(), 14U);
  const auto expect_descriptions = [](const json::Json& part) {
    for (const auto& [key, property] : part["properties"].items())
      EXPECT_NE(property.value("description", ""), "") << key;
  };
  expect_descriptions(schema);
  EXPECT_GT(schema["$defs"].size(), 40U);
  for (const auto& [name, part] : schema["$defs"].items()) {
    SCOPED_TRACE(name);
    expect_descriptions(part);
  }
}

}  // namespace
}  // namespace tsctl
