#include "tsctl/engine/inputs.h"

#include <gtest/gtest.h>

#include "support.h"

namespace tsctl {
namespace {

using test::Calls;
using test::error_of;

class Inputs : public testing::Test {
 protected:
  // Calls `forward(SIGNATURE)` of a module with the record's arguments and gives what it returns.
  c10::IValue call(const std::string& signature, const std::string& body,
                   const CallRecord& record) {
    torch::jit::Module module =
        test::module_from("def forward(self, " + signature + "):\n  " + body + "\n");
    calls_.add(record).write(dir_.file("in.safetensors"));
    const TensorFile file = TensorFile::open(dir_.file("in.safetensors"));
    torch::jit::Method method = module.get_method("forward");
    const CallInputs inputs =
        inputs_from_record(file.calls().back(), file, method.function().getSchema(), c10::kCPU);
    return method(inputs.args, inputs.kwargs);
  }

  Value tensor(const at::Tensor& tensor) { return calls_.tensor(tensor); }

  test::TempDir dir_ = {};
  Calls calls_ = {};
};

TEST_F(Inputs, passes_tensors_by_position_and_by_name) {
  CallRecord record;
  record.args = {tensor(torch::ones({2}))};
  record.kwargs = {{"y", tensor(torch::full({2}, 3.0))}};
  EXPECT_TRUE(
      torch::equal(call("x, y", "return x - y", record).toTensor(), torch::full({2}, -2.0)));
}

TEST_F(Inputs, keeps_every_dtype_and_empty_tensors) {
  for (const auto dtype :
       {torch::kFloat, torch::kDouble, torch::kHalf, torch::kBFloat16, torch::kLong, torch::kInt,
        torch::kShort, torch::kChar, torch::kByte, torch::kBool, torch::kComplexFloat}) {
    const at::Tensor given = torch::ones({2, 0, 3}).to(dtype);
    const at::Tensor one = torch::ones({1}).to(dtype);
    CallRecord record;
    record.args = {tensor(given), tensor(one)};
    const auto result = call("x, y", "return x, y", record).toTuple();
    EXPECT_TRUE(torch::equal(result->elements()[0].toTensor(), given)) << dtype;
    EXPECT_EQ(result->elements()[1].toTensor().scalar_type(), dtype);
    EXPECT_TRUE(torch::equal(result->elements()[1].toTensor(), one)) << dtype;
  }
}

TEST_F(Inputs, turns_drawn_tensors_into_the_numbers_that_the_schema_wants) {
  CallRecord record;
  record.args = {tensor(torch::ones({2}))};
  record.kwargs = {{"flag", tensor(torch::tensor(true))},
                   {"count", tensor(torch::tensor(3))},
                   {"scale", tensor(torch::tensor(0.5))}};
  const auto result =
      call("x, flag: bool, count: int, scale: float", "return flag, count, scale", record)
          .toTuple();
  EXPECT_TRUE(result->elements()[0].toBool());
  EXPECT_EQ(result->elements()[1].toInt(), 3);
  EXPECT_EQ(result->elements()[2].toDouble(), 0.5);
}

TEST_F(Inputs, builds_the_containers_of_the_schema) {
  CallRecord record;
  record.args = {
      Value{.kind = Value::Kind::list,
            .items = {tensor(torch::ones({1})), tensor(torch::ones({1}))}},
      Value{.kind = Value::Kind::dict, .items = {tensor(torch::full({1}, 4.0))}, .keys = {"a"}},
      Value{.kind = Value::Kind::tuple, .items = {test::integer(2), test::boolean(true)}},
      Value{},
      test::integer(5),
  };
  const c10::IValue result = call(
      "x: List[Tensor], d: Dict[str, Tensor], t: Tuple[int, bool], o: Optional[Tensor], f: float",
      "return x[0] + x[1] + d['a'] + t[0] + (0 if o is None else 1) + f", record);
  EXPECT_EQ(result.toTensor().item<float>(), 13.0F);
}

TEST_F(Inputs, leaves_parameters_with_defaults_to_the_model) {
  CallRecord record;
  record.args = {tensor(torch::ones({1}))};
  EXPECT_EQ(call("x, n: int = 4", "return x + n", record).toTensor().item<float>(), 5.0F);
}

TEST_F(Inputs, refuses_too_many_and_shows_the_schema) {
  CallRecord record{.label = "B=1"};
  record.args = {tensor(torch::ones({1})), tensor(torch::ones({1}))};
  const Error error = error_of([&] { call("x", "return x", record); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "2 positional inputs were given, and forward takes 1 (input set B=1)");
  EXPECT_EQ(error.hint(), "the model's signature is forward(x: Tensor)");
}

TEST_F(Inputs, refuses_unknown_missing_and_doubled_names) {
  CallRecord unknown;
  unknown.args = {tensor(torch::ones({1}))};
  unknown.kwargs = {{"z", tensor(torch::ones({1}))}};
  EXPECT_STREQ(error_of([&] { call("x", "return x", unknown); }).what(),
               "forward has no parameter 'z'");
  const CallRecord missing;
  const Error error =
      error_of([&] { call("x, mask: Optional[Tensor] = None", "return x", missing); });
  EXPECT_STREQ(error.what(), "no input was given for 'x'");
  EXPECT_EQ(error.hint(),
            "the model's signature is forward(x: Tensor, mask: Optional[Tensor] = None)");
  CallRecord twice;
  twice.args = {tensor(torch::ones({1}))};
  twice.kwargs = {{"x", tensor(torch::ones({1}))}};
  EXPECT_STREQ(error_of([&] { call("x", "return x", twice); }).what(), "'x' was given twice");
}

TEST_F(Inputs, refuses_a_value_of_another_type) {
  CallRecord record;
  record.args = {Value{.kind = Value::Kind::string, .string = "hello"}};
  EXPECT_STREQ(error_of([&] { call("x", "return x", record); }).what(),
               "the argument 'x' must be Tensor, not 'str'");
  CallRecord batch;
  batch.args = {tensor(torch::ones({1, 3}))};
  const Error error = error_of([&] { call("images: List[Tensor]", "return images[0]", batch); });
  EXPECT_STREQ(error.what(), "the argument 'images' must be List[Tensor], not 'tensor'");
  EXPECT_EQ(error.hint(),
            "give it by its items: --input 'images[0]:SHAPE', and so on; the model's signature is "
            "forward(images: List[Tensor])");
  CallRecord fraction;
  fraction.args = {tensor(torch::tensor(1.5))};
  EXPECT_EQ(error_of([&] { call("n: int", "return n", fraction); }).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace tsctl
