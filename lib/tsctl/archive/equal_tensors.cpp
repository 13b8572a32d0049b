#include "tsctl/archive/equal_tensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "tsctl/archive/tensor_bytes.h"

namespace tsctl {

namespace {

using Groups = std::map<std::string, EqualTensors>;

// The groups that have tensors of both files.
template <typename KeyOfA, typename KeyOfB>
Groups grouped(const EqualTensors& tensors, const KeyOfA& key_of_a, const KeyOfB& key_of_b) {
  Groups groups;
  for (const TensorSummary* tensor : tensors.a) groups[key_of_a(*tensor)].a.push_back(tensor);
  for (const TensorSummary* tensor : tensors.b) groups[key_of_b(*tensor)].b.push_back(tensor);
  std::erase_if(groups,
                [](const auto& row) { return row.second.a.empty() || row.second.b.empty(); });
  return groups;
}

bool is_known_type(const TensorSummary* tensor) {
  return tensor->count == 0 || tensor->size_bytes > 0;
}

}  // namespace

std::string tensor_type_text(const TensorSummary& tensor) {
  return fmt::format("{} [{}]", tensor.dtype, fmt::join(tensor.shape, ", "));
}

std::string EqualSearch::checksum_key(const DiffFile& file, const TensorSummary& tensor) const {
  const auto checksum = checksum_of_elements(file.zip, tensor);
  return checksum ? std::to_string(*checksum) : std::string();
}

const std::string& EqualSearch::digest(const DiffFile& file, const TensorSummary& tensor) {
  std::string& known = digests_[&tensor];
  if (known.empty()) known = digest_of_elements(file.zip, tensor);
  return known;
}

std::vector<EqualTensors> EqualSearch::find(const Tensors& in_a, const Tensors& in_b) {
  EqualTensors all;
  std::ranges::copy_if(in_a, std::back_inserter(all.a), is_known_type);
  std::ranges::copy_if(in_b, std::back_inserter(all.b), is_known_type);
  std::vector<EqualTensors> equal;
  for (const auto& [type, rows] : grouped(all, &tensor_type_text, &tensor_type_text)) {
    const auto key_a = [this](const TensorSummary& tensor) { return checksum_key(a_, tensor); };
    const auto key_b = [this](const TensorSummary& tensor) { return checksum_key(b_, tensor); };
    // A tensor without a checksum may be equal to any.
    const bool has_checksums =
        std::ranges::none_of(rows.a, [&](const auto* row) { return key_a(*row).empty(); }) &&
        std::ranges::none_of(rows.b, [&](const auto* row) { return key_b(*row).empty(); });
    const Groups by_checksum =
        has_checksums ? grouped(rows, key_a, key_b) : Groups{{std::string(), rows}};
    for (const auto& [checksum, candidates] : by_checksum) {
      for (const auto& [key, same] : grouped(
               candidates, [this](const TensorSummary& row) { return digest(a_, row); },
               [this](const TensorSummary& row) { return digest(b_, row); }))
        equal.push_back(same);
    }
  }
  return equal;
}

}  // namespace tsctl
