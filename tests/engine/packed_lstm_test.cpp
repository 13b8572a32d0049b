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

class PackedLstm : public test::Packing {
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
        add("wi", torch::randn({4 * kHidden, width}));
        add("wh", torch::randn({4 * kHidden, kHidden}));
        if (biases) add("bi", torch::randn({4 * kHidden}));
        if (biases) add("bh", torch::randn({4 * kHidden}));
      }
    }
    const auto word = [](bool value) { return value ? "True" : "False"; };
    return test::model_of(
        parameters,
        std::string("def forward(self, x, h, c):\n  y, hn, cn = torch.lstm(x, [h, c], [") + names +
            "], " + word(biases) + ", " + std::to_string(kind.layers) + ", 0.0, False, " +
            word(kind.bidirectional) + ", " + word(kind.batch_first) + ")\n  return y, hn, cn\n");
  }

  static Inputs inputs(const Kind& kind, std::int64_t steps = 7, std::int64_t batch = 3) {
    const std::int64_t parts = kind.layers * (kind.bidirectional ? 2 : 1);
    return {kind.batch_first ? torch::randn({batch, steps, kInputs})
                             : torch::randn({steps, batch, kInputs}),
            torch::randn({parts, batch, kHidden}), torch::randn({parts, batch, kHidden})};
  }
};

TEST_F(PackedLstm, gives_the_gradients_of_its_inputs) {
  const Kind kind{.layers = 2};
  const auto plain = model(kind);
  auto fast = packed(plain, {inputs(kind)}, 1);
  const Inputs values = inputs(kind);
  for (std::size_t wanted = 0; wanted < 3; ++wanted) {
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

TEST_F(PackedLstm, passes_nan_on) {
  const Kind kind{.layers = 2};
  const auto plain = model(kind);
  const auto fast = packed(plain, {inputs(kind)}, 1);
  for (std::size_t i = 0; i < 3; ++i) {
    Inputs wild = inputs(kind);
    wild[i][0][1][5] = std::numeric_limits<float>::quiet_NaN();
    expect_same_with_each_kernel(plain, fast, wild);
  }
}

}  // namespace
}  // namespace tsctl
