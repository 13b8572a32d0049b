#include <gtest/gtest.h>

#include <limits>

#include "packed_support.h"

namespace tsctl {
namespace {

using test::Inputs;

constexpr std::int64_t kInputs = 24;
constexpr std::int64_t kHidden = 32;

struct Kind {
  std::int64_t layers = 1;
  bool bidirectional = false;
  bool batch_first = false;
};

// torch.lstm or torch.gru, with a state of two tensors or one.
struct Layer {
  std::string name = {};
  std::int64_t gates = 0;
  std::size_t states = 0;
  std::string definition = {};  // the head of forward, and the call up to the weights
  std::string result = {};
};

const Layer kLstm{
    .name = "lstm",
    .gates = 4,
    .states = 2,
    .definition = "def forward(self, x, h, c):\n  y, hn, cn = torch.lstm(x, [h, c], [",
    .result = "y, hn, cn"};
const Layer kGru{.name = "gru",
                 .gates = 3,
                 .states = 1,
                 .definition = "def forward(self, x, h):\n  y, hn = torch.gru(x, h, [",
                 .result = "y, hn"};

class PackedRecurrent : public test::Packing, public testing::WithParamInterface<Layer> {
 protected:
  static torch::jit::Module model(const Kind& kind, bool biases = true) {
    torch::manual_seed(1);
    test::Tensors parameters;
    std::string names;
    for (std::int64_t layer = 0; layer < kind.layers; ++layer) {
      for (int direction = 0; direction < (kind.bidirectional ? 2 : 1); ++direction) {
        const std::int64_t width = layer == 0 ? kInputs : kHidden * (kind.bidirectional ? 2 : 1);
        const auto add = [&](const std::string& stem, const at::Tensor& tensor) {
          const std::string name = stem + std::to_string(layer) + std::to_string(direction);
          parameters[name] = tensor / 4;
          names += (names.empty() ? "self." : ", self.") + name;
        };
        add("wi", torch::randn({GetParam().gates * kHidden, width}));
        add("wh", torch::randn({GetParam().gates * kHidden, kHidden}));
        if (biases) add("bi", torch::randn({GetParam().gates * kHidden}));
        if (biases) add("bh", torch::randn({GetParam().gates * kHidden}));
      }
    }
    const auto word = [](bool value) { return value ? "True" : "False"; };
    return test::model_of(parameters, GetParam().definition + names + "], " + word(biases) + ", " +
                                          std::to_string(kind.layers) + ", 0.0, False, " +
                                          word(kind.bidirectional) + ", " + word(kind.batch_first) +
                                          ")\n  return " + GetParam().result + "\n");
  }

  static Inputs inputs(const Kind& kind, std::int64_t steps = 7, std::int64_t batch = 3) {
    const std::int64_t parts = kind.layers * (kind.bidirectional ? 2 : 1);
    Inputs values{kind.batch_first ? torch::randn({batch, steps, kInputs})
                                   : torch::randn({steps, batch, kInputs})};
    for (std::size_t i = 0; i < GetParam().states; ++i)
      values.push_back(torch::randn({parts, batch, kHidden}));
    return values;
  }
};

TEST_P(PackedRecurrent, equals_the_plain_one_for_declared_and_other_sizes) {
  for (const Kind& kind :
       {Kind{}, Kind{.layers = 2, .batch_first = true}, Kind{.layers = 2, .bidirectional = true}}) {
    const auto plain = model(kind);
    const auto fast = packed(plain, {inputs(kind), inputs(kind, 4, 2)}, 1);
    EXPECT_EQ(operations(), std::vector<std::string>{GetParam().name});
    for (const Inputs& call :
         {inputs(kind), inputs(kind, 4, 2), inputs(kind, 9, 3), inputs(kind, 1, 1)}) {
      expect_same_with_each_kernel(plain, fast, call);
      expect_same_with_each_kernel(plain, reloaded(fast), call);
    }
  }
}

// Not for wrong sizes: LibTorch's own operator does not check them and reads what lies behind.
TEST_P(PackedRecurrent, raises_for_other_dtypes_as_before) {
  const Kind kind{.layers = 2};
  const auto plain = model(kind);
  auto fast = packed(plain, {inputs(kind)}, 1);
  Inputs wide = inputs(kind);
  wide[0] = wide[0].to(torch::kDouble);
  expect_same_with_each_kernel(plain, fast, wide);
  EXPECT_ANY_THROW(fast.forward(test::stack_of(wide)));
}

TEST_P(PackedRecurrent, takes_inputs_of_any_layout) {
  const Kind kind{.batch_first = true};
  const auto plain = model(kind);
  const auto fast = packed(plain, {inputs(kind)}, 1);
  Inputs strided = inputs(kind);
  strided[0] = strided[0].transpose(0, 1).contiguous().transpose(0, 1);
  strided[1] = torch::randn({kHidden, 3, 1}).permute({2, 1, 0});
  expect_same_with_each_kernel(plain, fast, strided);
}

TEST_P(PackedRecurrent, gives_the_gradients_of_its_inputs) {
  const Kind kind{.layers = 2};
  const auto plain = model(kind);
  auto fast = packed(plain, {inputs(kind)}, 1);
  const Inputs values = inputs(kind);
  for (std::size_t wanted = 0; wanted <= GetParam().states; ++wanted) {
    std::vector<at::Tensor> gradients;
    for (torch::jit::Module module : {plain, fast}) {
      Inputs call = values;
      call[wanted] = values[wanted].clone().requires_grad_();
      const auto outputs = module.forward(test::stack_of(call));
      outputs.toTupleRef().elements()[0].toTensor().square().sum().backward();
      gradients.push_back(call[wanted].grad());
    }
    EXPECT_TRUE(test::agree(gradients[0], gradients[1])) << wanted;
  }
}

TEST_P(PackedRecurrent, passes_nan_on) {
  const Kind kind{.layers = 2};
  const auto plain = model(kind);
  const auto fast = packed(plain, {inputs(kind)}, 1);
  for (std::size_t i = 0; i <= GetParam().states; ++i) {
    Inputs wild = inputs(kind);
    wild[i][0][1][5] = std::numeric_limits<float>::quiet_NaN();
    expect_same_with_each_kernel(plain, fast, wild);
  }
}

TEST_P(PackedRecurrent, is_left_plain_where_packing_is_not_possible) {
  const auto reason = [this](const torch::jit::Module& plain, const std::vector<Inputs>& sets) {
    const auto fast = packed(plain, sets, 0U);
    for (const Inputs& call : sets) expect_same(plain, fast, call);
    const auto found = reasons("pack_" + GetParam().name);
    return found.size() == 1 ? found[0] : testing::PrintToString(found);
  };
  const std::string unknown =
      "the sizes of its input are unknown, differ too often, or it is not float32 on the CPU";
  EXPECT_EQ(reason(model({}), {}), unknown);
  EXPECT_EQ(reason(model({}, /*biases=*/false), {inputs({})}),
            "it is in training mode, has no biases, or has a projection");
}

INSTANTIATE_TEST_SUITE_P(Layers, PackedRecurrent, testing::Values(kLstm, kGru),
                         [](const auto& tried) { return tried.param.name; });

}  // namespace
}  // namespace tsctl
