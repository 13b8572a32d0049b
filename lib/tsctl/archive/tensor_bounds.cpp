#include "tsctl/archive/tensor_bounds.h"

#include <fmt/format.h>

#include <string>

#include "tsctl/archive/sparse_bounds.h"
#include "tsctl/archive/tensor_table.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

// An expanded tensor has more elements than its storage. A count above 2^48 elements means a damaged file.
constexpr std::int64_t kMaxElements = std::int64_t{1} << 48;

void require_storage(const ModelArchive& archive, const PickledStorage& storage,
                     const std::string& record) {
  if (storage_element_bytes(storage.type) == 0 || storage.elements < 0) {
    throw_damaged(archive,
                  fmt::format("the storage {} has the unknown type {}", record, storage.type));
  }
  if (storage.elements > 0)
    require_record_holds(archive, record, storage.type, storage.elements, "a storage");
}

void require_fit(const ModelArchive& archive, const Pickle& pickle, const std::string& folder) {
  for (const PickledStorage& storage : pickle.storages)
    require_storage(archive, storage, folder + storage.record);
  for (const PickledTensor& tensor : pickle.tensors) {
    if (!count_inside_storage(tensor)) {
      throw_damaged(archive, fmt::format("a tensor in the record {}{} lies outside its storage",
                                         folder, tensor.record));
    }
  }
}

}  // namespace

std::optional<std::int64_t> count_inside_storage(const PickledTensor& tensor) {
  std::int64_t count = 1;
  std::int64_t last = tensor.offset;
  bool fits = tensor.offset >= 0 && tensor.offset <= tensor.storage_elements;
  for (std::size_t i = 0; i < tensor.shape.size() && fits; ++i) {
    std::int64_t reach = 0;
    fits = tensor.shape[i] >= 0 && tensor.strides[i] >= 0 &&
           !__builtin_mul_overflow(count, tensor.shape[i], &count) &&
           !__builtin_mul_overflow(tensor.shape[i] > 0 ? tensor.shape[i] - 1 : 0, tensor.strides[i],
                                   &reach) &&
           !__builtin_add_overflow(last, reach, &last);
  }
  if (!fits || count > kMaxElements || (count > 0 && last >= tensor.storage_elements))
    return std::nullopt;
  return count;
}

void throw_damaged(const ModelArchive& archive, const std::string& why) {
  throw Error(ErrorKind::input, fmt::format("'{}' is damaged: {}", archive.zip.path(), why),
              "get the file again, or write it again with torch.jit.save");
}

void require_record_holds(const ModelArchive& archive, const std::string& record,
                          std::string_view storage_type, std::int64_t elements,
                          const std::string& user) {
  const ZipRecord* found = archive.zip.find_in_top(record);
  if (found == nullptr)
    throw_damaged(archive, fmt::format("{} needs the record {}, which is missing", user, record));
  const std::int64_t element_bytes = storage_element_bytes(storage_type);
  if (element_bytes == 0) return;
  if (elements > static_cast<std::int64_t>(found->size_bytes) / element_bytes) {
    throw_damaged(archive, fmt::format("{} needs more bytes than the record {} has", user, record));
  }
}

void require_tensors_fit(const ModelArchive& archive) {
  require_fit(archive, *archive.data, "data/");
  require_sparse_fits(archive, *archive.data, "data/");
  if (!archive.constants) return;
  require_fit(archive, *archive.constants, "constants/");
  require_sparse_fits(archive, *archive.constants, "constants/");
}

}  // namespace tsctl
