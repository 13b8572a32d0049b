#include "tsctl/archive/sparse_bounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/tensor_bounds.h"
#include "tsctl/archive/tensor_table.h"

namespace tsctl {

namespace {

using Kind = PickleNode::Kind;

constexpr std::string_view kRebuild = "torch._utils._rebuild_sparse_tensor";
// The layouts that PyTorch writes (c10/core/Layout.h).
constexpr std::int64_t kCoordinates = 1;
constexpr std::int64_t kCompressedRows = 2;

// Checks the sparse tensors of one pickle. Their arguments are (layout, sizes, requires_grad, indices, values, …) and,
// with compressed rows, (layout, sizes, requires_grad, row starts, columns, values, …).
class SparseCheck {
 public:
  SparseCheck(const ModelArchive& archive, const Pickle& pickle, const std::string& folder)
      : archive_(archive), pickle_(pickle), folder_(folder) {}

  void require(const PickleNode& call) const {
    const auto layout = integer(call, 0);
    const std::vector<std::int64_t> sizes = integers(call, 1);
    if (layout == kCoordinates) return require_coordinates(call, sizes);
    if (layout == kCompressedRows) return require_compressed(call, sizes);
    fail("a sparse tensor has an unknown layout");
  }

 private:
  [[noreturn]] void fail(const char* why) const { throw_damaged(archive_, why); }

  const PickleNode* argument(const PickleNode& call, std::size_t index, Kind kind) const {
    if (index >= call.children.size()) return nullptr;
    const PickleNode& node = pickle_.at(call.children[index]);
    return node.kind == kind ? &node : nullptr;
  }
  std::optional<std::int64_t> integer(const PickleNode& call, std::size_t index) const {
    const PickleNode* node = argument(call, index, Kind::integer);
    return node == nullptr ? std::nullopt : std::optional(node->integer);
  }
  std::vector<std::int64_t> integers(const PickleNode& call, std::size_t index) const {
    const PickleNode* tuple = argument(call, index, Kind::tuple);
    std::vector<std::int64_t> values;
    for (std::size_t i = 0; tuple != nullptr && i < tuple->children.size(); ++i) {
      const PickleNode& item = pickle_.at(tuple->children[i]);
      if (item.kind != Kind::integer || item.integer < 0) fail("a sparse tensor has a wrong size");
      values.push_back(item.integer);
    }
    return values;
  }
  const PickledTensor& tensor(const PickleNode& call, std::size_t index) const {
    const PickleNode* node = argument(call, index, Kind::tensor);
    if (node == nullptr) fail("a sparse tensor lacks one of its parts");
    return pickle_.tensors[static_cast<std::size_t>(node->integer)];
  }

  // The elements in the order of the indices. A sparse tensor's own indices are 64-bit, or 32-bit if it is compressed.
  std::vector<std::int64_t> elements(const PickledTensor& indices) const {
    const auto count = count_inside_storage(indices);
    const std::int64_t bytes = storage_element_bytes(indices.storage_type);
    const bool is_wide = indices.storage_type == "LongStorage";
    if (!count || (!is_wide && indices.storage_type != "IntStorage") || indices.shape.size() > 2)
      fail("the indices of a sparse tensor are not integers");
    const std::string name = folder_ + indices.record;
    require_record_holds(archive_, name, indices.storage_type, indices.storage_elements,
                         "a sparse tensor");
    const ZipRecord& record = *archive_.zip.find_in_top(name);
    archive_.budget->spend_bytes(record.size_bytes);
    archive_.budget->spend_steps(static_cast<std::uint64_t>(*count));
    const std::string content = archive_.zip.read(record, record.size_bytes);
    const std::int64_t rows = indices.shape.size() == 2 ? indices.shape[0] : 1;
    const std::int64_t columns = indices.shape.empty() ? 1 : indices.shape.back();
    std::vector<std::int64_t> values;
    values.reserve(std::min<std::size_t>(static_cast<std::size_t>(*count), content.size()));
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t column = 0; column < columns; ++column) {
        std::int64_t at = indices.offset;
        if (indices.shape.size() == 2) at += row * indices.strides[0];
        if (!indices.shape.empty()) at += column * indices.strides.back();
        const char* place = content.data() + at * bytes;
        values.push_back(is_wide ? static_cast<std::int64_t>(little_u64(place))
                                 : static_cast<std::int32_t>(little_u32(place)));
      }
    }
    return values;
  }

  void require_coordinates(const PickleNode& call, const std::vector<std::int64_t>& sizes) const {
    const PickledTensor& indices = tensor(call, 3);
    const PickledTensor& values = tensor(call, 4);
    if (indices.shape.size() != 2 || indices.shape[0] > static_cast<std::int64_t>(sizes.size()) ||
        values.shape.empty() || values.shape[0] != indices.shape[1])
      fail("the parts of a sparse tensor do not fit each other");
    const auto dimensions = static_cast<std::size_t>(indices.shape[0]);
    for (std::size_t i = 1; i < values.shape.size(); ++i) {
      if (dimensions + i > sizes.size() || values.shape[i] != sizes[dimensions + i - 1])
        fail("the parts of a sparse tensor do not fit each other");
    }
    const std::vector<std::int64_t> all = elements(indices);
    const auto count = static_cast<std::size_t>(indices.shape[1]);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i] < 0 || all[i] >= sizes[i / count]) fail_index();
    }
  }

  void require_compressed(const PickleNode& call, const std::vector<std::int64_t>& sizes) const {
    const PickledTensor& starts = tensor(call, 3);
    const PickledTensor& columns = tensor(call, 4);
    const PickledTensor& values = tensor(call, 5);
    if (sizes.size() != 2 || starts.shape != std::vector<std::int64_t>{sizes[0] + 1} ||
        columns.shape.size() != 1 || values.shape != columns.shape)
      fail("the parts of a sparse tensor do not fit each other");
    const std::vector<std::int64_t> begin = elements(starts);
    const std::vector<std::int64_t> column = elements(columns);
    if (begin.front() != 0 || begin.back() != columns.shape[0] || !std::ranges::is_sorted(begin))
      fail_index();
    for (const std::int64_t index : column) {
      if (index < 0 || index >= sizes[1]) fail_index();
    }
  }

  [[noreturn]] void fail_index() const { fail("an index of a sparse tensor is out of range"); }

  const ModelArchive& archive_;
  const Pickle& pickle_;
  const std::string& folder_;
};

}  // namespace

void require_sparse_fits(const ModelArchive& archive, const Pickle& pickle,
                         const std::string& folder) {
  const SparseCheck check(archive, pickle, folder);
  for (const PickleNode& node : pickle.nodes) {
    if (node.kind == Kind::opaque && node.text == kRebuild) check.require(node);
  }
}

}  // namespace tsctl
