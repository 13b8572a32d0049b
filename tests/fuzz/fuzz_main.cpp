// The entry points of libFuzzer for one target; the build defines its name.
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "archive_files.h"
#include "targets.h"
#include "tsctl/archive/zip_reader.h"
#include "tsctl/core/base/error.h"

// libFuzzer's own mutator.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

constexpr std::string_view kTarget = TSCTL_FUZZ_TARGET;
constexpr std::uint64_t kMaxRecordBytes = 1U << 20;

// The archive with one record changed and all checksums right, so that mutations reach the readers behind the zip
// reader. Throws Error{input} if the input is no archive.
std::string with_changed_record(const std::string& archive, std::minstd_rand& random) {
  const tsctl::MemoryFile file(archive);
  const tsctl::ZipReader reader(file.path());
  if (reader.records().empty()) return archive;
  const std::size_t chosen = random() % reader.records().size();
  tsctl::ZipBuilder builder;
  for (std::size_t i = 0; i < reader.records().size(); ++i) {
    const tsctl::ZipRecord& record = reader.records()[i];
    std::string bytes = reader.read(record, kMaxRecordBytes);
    if (i == chosen) {
      const std::size_t size = bytes.size();
      bytes.resize(size + 256);
      bytes.resize(
          LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
    }
    builder.add(record.name, bytes);
  }
  return builder.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tsctl::fuzz::run_target(kTarget, std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  std::minstd_rand random(seed);
  if (kTarget != "archive" || random() % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  try {
    const std::string changed =
        with_changed_record({reinterpret_cast<const char*>(data), size}, random);
    if (changed.size() <= max_size) {
      changed.copy(reinterpret_cast<char*>(data), changed.size());
      return changed.size();
    }
  } catch (const tsctl::Error&) {  // it is no archive any more
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
