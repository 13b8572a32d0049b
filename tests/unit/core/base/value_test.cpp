#include "tsctl/core/base/value.h"

#include <gtest/gtest.h>

namespace tsctl {
namespace {

Value of_kind(Value::Kind kind) {
  Value value;
  value.kind = kind;
  return value;
}

Value tensor(const std::string& key) {
  Value value = of_kind(Value::Kind::tensor);
  value.tensor = key;
  return value;
}

Value container(Value::Kind kind, std::vector<Value> items, std::vector<std::string> keys = {}) {
  Value value = of_kind(kind);
  value.items = std::move(items);
  value.keys = std::move(keys);
  return value;
}

std::vector<std::string> names_of(const Value& value) {
  std::vector<std::string> names;
  for (const Leaf& leaf : leaves_of(value, "out")) names.push_back(leaf.name);
  return names;
}

TEST(Leaves, of_a_leaf_are_itself) {
  const Value value = tensor("t");
  const std::vector<Leaf> leaves = leaves_of(value, "out");
  ASSERT_EQ(leaves.size(), 1U);
  EXPECT_EQ(leaves[0].name, "out");
  EXPECT_EQ(leaves[0].value, &value);
}

TEST(Leaves, are_named_by_key_or_index_in_order) {
  const Value value = container(
      Value::Kind::dict,
      {tensor("a"), container(Value::Kind::list, {tensor("b"), of_kind(Value::Kind::none)}),
       container(Value::Kind::tuple, {tensor("c")}, {"field"})},
      {"logits", "hidden", "named"});
  EXPECT_EQ(names_of(value), (std::vector<std::string>{"out.logits", "out.hidden[0]",
                                                       "out.hidden[1]", "out.named.field"}));
  EXPECT_EQ(leaves_of(value, "out")[1].value->tensor, "b");
}

TEST(Leaves, of_an_empty_container_are_empty) {
  EXPECT_TRUE(names_of(container(Value::Kind::tuple, {})).empty());
}

TEST(Structure, is_described_in_words) {
  EXPECT_EQ(describe_structure(tensor("t")), "tensor");
  EXPECT_EQ(describe_structure(of_kind(Value::Kind::none)), "none");
  EXPECT_EQ(describe_structure(of_kind(Value::Kind::boolean)), "bool");
  EXPECT_EQ(describe_structure(of_kind(Value::Kind::integer)), "int");
  EXPECT_EQ(describe_structure(of_kind(Value::Kind::real)), "float");
  EXPECT_EQ(describe_structure(of_kind(Value::Kind::string)), "str");
  const Value pair = container(Value::Kind::list, {tensor("a"), tensor("b")});
  EXPECT_EQ(
      describe_structure(container(Value::Kind::dict, {tensor("l"), pair}, {"logits", "hidden"})),
      "dict{logits: tensor, hidden: list[2]}");
  EXPECT_EQ(
      describe_structure(container(Value::Kind::tuple, {tensor("a"), of_kind(Value::Kind::none)})),
      "tuple[tensor, none]");
  EXPECT_EQ(describe_structure(container(Value::Kind::tuple, {tensor("a")}, {"field"})),
            "tuple{field: tensor}");
  EXPECT_EQ(describe_structure(container(Value::Kind::dict, {})), "dict{}");
  EXPECT_EQ(describe_structure(container(Value::Kind::list, {})), "list[0]");
}

TEST(MemberName, quotes_keys_that_are_no_identifiers) {
  EXPECT_EQ(member_name("out", "logits"), "out.logits");
  EXPECT_EQ(member_name("out", "odd key"), "out['odd key']");
  EXPECT_EQ(member_name("out", "0"), "out['0']");
  EXPECT_EQ(member_name("out", ""), "out['']");
  EXPECT_EQ(member_name("out", "it's"), "out['it\\'s']");
  EXPECT_EQ(member_name("out", "a\\"), "out['a\\\\']");
}

}  // namespace
}  // namespace tsctl
