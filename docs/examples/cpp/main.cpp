// Loads a TorchScript file and runs it once on a tensor of ones:
//
//   run_model cnn.pt 8x1x28x28
//   run_model transformer.pt 4x16 int64
#include <torch/script.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

// Reads "8x1x28x28".
std::vector<std::int64_t> shape_from_text(const std::string& text) {
  std::vector<std::int64_t> shape;
  std::istringstream stream(text);
  std::string size;
  while (std::getline(stream, size, 'x')) {
    std::size_t read = 0;
    const std::int64_t value = std::stoll(size, &read);
    if (read != size.size() || value < 0) throw std::invalid_argument("not a size: " + size);
    shape.push_back(value);
  }
  if (shape.empty()) throw std::invalid_argument("no size given");
  return shape;
}

void run(const std::string& path, const torch::Tensor& input) {
  torch::jit::Module model = torch::jit::load(path, torch::kCPU);
  model.eval();

  // Without this LibTorch would keep what a backward pass needs.
  const c10::InferenceMode no_gradients;
  const torch::IValue result = model.forward({input});
  if (!result.isTensor()) {
    throw std::runtime_error("this model returns " + result.tagKind() +
                             "; take it apart with toTuple, toGenericDict, …");
  }

  const torch::Tensor output = result.toTensor().contiguous();
  std::cout << "shape";
  for (const std::int64_t size : output.sizes()) std::cout << ' ' << size;
  std::cout << "\nvalues";
  const torch::Tensor values = output.flatten().to(torch::kDouble);
  std::cout.precision(9);
  for (std::int64_t i = 0; i < std::min<std::int64_t>(values.numel(), 10); ++i) {
    std::cout << ' ' << values[i].item<double>();
  }
  std::cout << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && !(argc == 4 && std::string(argv[3]) == "int64")) {
    std::cerr << "usage: run_model FILE.pt SHAPE [int64], such as run_model cnn.pt 8x1x28x28\n";
    return 2;
  }
  torch::Tensor input;
  try {
    input = torch::ones(shape_from_text(argv[2]), argc == 4 ? torch::kInt64 : torch::kFloat32);
  } catch (const std::exception&) {
    std::cerr << "'" << argv[2] << "' is not a shape; write sizes joined by x, such as 8x1x28x28\n";
    return 2;
  }
  try {
    run(argv[1], input);
  } catch (const c10::Error& error) {
    // A file that cannot be loaded, and an input that the model refuses, both end here.
    std::cerr << "'" << argv[1] << "' could not be run: " << error.what_without_backtrace() << '\n';
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "'" << argv[1] << "' could not be run: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
