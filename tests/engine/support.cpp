#include "support.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "tsctl/archive/tensor_file.h"
#include "tsctl/archive/tensor_file_writer.h"
#include "tsctl/engine/outputs.h"

namespace tsctl::test {

TempDir::TempDir() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tsctl_engine_XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Value Calls::tensor(const at::Tensor& tensor) {
  tensors_.push_back(tensor.contiguous());
  return {.kind = Value::Kind::tensor,
          .tensor = 't' + std::to_string(tensors_.size() - 1),
          .complex_pairs = tensor.is_complex()};
}

Calls& Calls::add(CallRecord record) {
  records_.push_back(std::move(record));
  return *this;
}

Calls& Calls::add(const std::string& label, const std::vector<at::Tensor>& args,
                  const at::Tensor& output) {
  CallRecord record{.label = label};
  for (const at::Tensor& arg : args) record.args.push_back(tensor(arg));
  if (output.defined()) record.outputs = tensor(output);
  return add(std::move(record));
}

void Calls::write(const std::string& path) const {
  std::vector<TensorBuffer> buffers;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    buffers.push_back(buffer_from_tensor('t' + std::to_string(i), tensors_[i]));
  }
  write_tensor_file(path, records_, buffers);
}

torch::jit::Module module_from(const std::string& source) {
  torch::jit::Module module("Made");
  module.define(source);
  return module;
}

namespace {

void add_training(torch::jit::Module& module) {
  module.register_attribute("training", c10::BoolType::get(), false);
}

torch::jit::Module convolution() {
  torch::jit::Module module("Conv2d");
  add_training(module);
  module.register_parameter("weight", torch::randn({4, 2, 3, 3}), false);
  module.register_parameter("bias", torch::randn({4}), false);
  module.define(
      "def forward(self, x):\n  return torch.conv2d(x, self.weight, self.bias, [1, 1], [0, 0])\n");
  return module;
}

torch::jit::Module batch_norm() {
  torch::jit::Module module("BatchNorm2d");
  add_training(module);
  module.register_parameter("weight", torch::rand({4}) + 0.5, false);
  module.register_parameter("bias", torch::randn({4}), false);
  module.register_buffer("running_mean", torch::randn({4}));
  module.register_buffer("running_var", torch::rand({4}) + 0.5);
  module.define(R"(
def forward(self, x):
  return torch.batch_norm(x, self.weight, self.bias, self.running_mean, self.running_var, self.training, 0.1, 1e-5,
                          True)
)");
  return module;
}

torch::jit::Module dropout() {
  torch::jit::Module module("Dropout");
  add_training(module);
  module.define("def forward(self, x):\n  return torch.dropout(x, 0.5, self.training)\n");
  return module;
}

torch::jit::Module linear() {
  torch::jit::Module module("Linear");
  add_training(module);
  module.register_parameter("weight", torch::randn({3, 4}), false);
  module.register_parameter("bias", torch::randn({3}), false);
  module.define("def forward(self, x):\n  return torch.linear(x, self.weight, self.bias)\n");
  return module;
}

torch::jit::Module features() {
  torch::jit::Module module("Sequential");
  add_training(module);
  module.register_module("0", convolution());
  module.register_module("1", batch_norm());
  module.register_module("2", dropout());
  module.define(R"(
def forward(self, x):
  x = getattr(self, "0").forward(x)
  x = getattr(self, "1").forward(x)
  return getattr(self, "2").forward(torch.relu(x))
)");
  return module;
}

}  // namespace

torch::jit::Module small_network() {
  torch::manual_seed(7);
  torch::jit::Module module("SmallNetwork");
  add_training(module);
  module.register_attribute("version", c10::StringType::get(), "1.2");
  module.register_module("features", features());
  module.register_module("classifier", linear());
  module.define(R"(
def encode(self, x):
  return self.features.forward(x)

def forward(self, x):
  return self.classifier.forward(self.encode(x).mean([2, 3]).detach())
)");
  return module;
}

Value integer(std::int64_t value) { return {.kind = Value::Kind::integer, .integer = value}; }

Value boolean(bool value) { return {.kind = Value::Kind::boolean, .boolean = value}; }

void fail_without_error() { ADD_FAILURE() << "an Error was expected"; }

}  // namespace tsctl::test
