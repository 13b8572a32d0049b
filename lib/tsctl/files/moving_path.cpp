#include "tsctl/files/moving_path.h"

#include <filesystem>

namespace tsctl {

namespace fs = std::filesystem;

std::string path_from(const std::string& model, const std::string& file) {
  const fs::path folder = fs::absolute(model).lexically_normal().parent_path();
  return fs::absolute(file).lexically_normal().lexically_relative(folder).string();
}

std::string path_beside(const std::string& model, const std::string& path) {
  return (fs::path(model).parent_path() / path).string();
}

}  // namespace tsctl
