#include <cstdint>
#include <vector>

#include "archive_files.h"
#include "tsctl/archive/diff.h"
#include "tsctl/archive/inspect.h"
#include "tsctl/archive/zip_reader.h"

// Reading a damaged file gives a summary or an Error{input}.
namespace tsctl {

namespace {

// True if the file could be read.
bool try_inspect(const MemoryFile& file) {
  InspectOptions options;
  options.model_path = file.path();
  options.check_crc = true;
  options.with_code = true;
  try {
    inspect(options);
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return false;
  }
}

// Pseudorandom numbers (SplitMix64), the same in every run.
class Numbers {
 public:
  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 1;
};

TEST(DamagedArchive, every_truncation_is_an_error) {
  const std::string whole = bytes_of(archive_fixture("mlp_frozen.pt"));
  const MemoryFile file;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    file.replace(whole.substr(0, size));
    EXPECT_FALSE(try_inspect(file)) << size;
  }
}

TEST(DamagedArchive, no_changed_byte_does_harm) {
  Numbers numbers;
  const MemoryFile file;
  for (const char* name : {"mlp_frozen.pt", "rich_scripted.pt"}) {
    const std::string whole = bytes_of(archive_fixture(name));
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string changed = whole;
      changed[at] =
          static_cast<char>(static_cast<std::uint64_t>(changed[at]) ^ (1 + numbers.next() % 255));
      file.replace(changed);
      try_inspect(file);
    }
  }
}

// Changes the contents of records and packs them with correct checksums.
TEST(DamagedArchive, no_changed_structure_does_harm) {
  Numbers numbers;
  const ZipReader reader(archive_fixture("rich_scripted.pt"));
  const MemoryFile file;
  const MemoryFile whole(bytes_of(archive_fixture("rich_scripted.pt")));
  int readable = 0;
  for (int round = 0; round < 800; ++round) {
    ZipBuilder builder;
    for (const ZipRecord& record : reader.records()) {
      std::string bytes = reader.read(record, 1 << 20);
      const bool target = record.name.ends_with(round % 2 == 0 ? "data.pkl" : ".py");
      for (std::uint64_t i = 0; target && i < 1 + numbers.next() % 4; ++i) {
        bytes[numbers.next() % bytes.size()] = static_cast<char>(numbers.next());
      }
      builder.add(record.name, bytes);
    }
    file.replace(builder.finish());
    if (!try_inspect(file)) continue;
    ++readable;
    try {
      diff({.path_a = whole.path(), .path_b = file.path()});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    }
  }
  EXPECT_GT(readable, 80);  // otherwise the walk beyond the first check is not tried
}

std::string archive_with(const std::string& data_pickle, const std::string& code) {
  return ZipBuilder().add("m/data.pkl", data_pickle).add("m/code/__torch__.py", code).finish();
}

TEST(DamagedArchive, objects_that_hold_themselves_are_an_error) {
  using namespace std::string_literals;
  // A module whose attribute "x" is the module.
  const std::string pickle =
      "\x80\x02"
      "c__torch__\nM\n)\x81q\x00}(X\x01\x00\x00\x00xh\x00ub."s;
  const MemoryFile file(archive_with(pickle, "class M(Module):\n  x : __torch__.M\n"));
  EXPECT_FALSE(try_inspect(file));
}

TEST(DamagedArchive, lists_that_double_at_each_level_are_an_error) {
  using namespace std::string_literals;
  std::string pickle =
      "\x80\x02"
      "c__torch__\nM\n)\x81}(X\x01\x00\x00\x00xK\x01\x85"s;
  for (int i = 0; i < 60; ++i) pickle += "q\x00h\x00\x86"s;
  pickle += "ub."s;
  const MemoryFile file(archive_with(pickle, "class M(Module):\n  x : int\n"));
  EXPECT_FALSE(try_inspect(file));
}

TEST(DamagedArchive, a_tensor_outside_its_record_is_an_error) {
  const ZipReader reader(archive_fixture("mlp_traced.pt"));
  ZipBuilder builder;
  for (const ZipRecord& record : reader.records()) {
    const std::string bytes = reader.read(record, 1 << 20);
    builder.add(record.name, record.name.ends_with("data/0") ? bytes.substr(4) : bytes);
  }
  const MemoryFile file(builder.finish());
  InspectOptions options;
  options.model_path = file.path();
  EXPECT_NE(input_error_of([&options] {
              inspect(options);
            }).find("tensor 'first.weight' needs more bytes than the record data/0 has"),
            std::string::npos);
}

}  // namespace

}  // namespace tsctl
