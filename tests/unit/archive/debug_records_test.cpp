#include "tsctl/archive/debug_records.h"

#include "archive_files.h"
#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/debug_pickle.h"
#include "tsctl/archive/zip_reader.h"

namespace tsctl {

namespace {

constexpr const char* kRecord = "m/code/__torch__.py.debug_pkl";
constexpr const char* kIdentity = "m/.data/serialization_id";

std::string text(const std::string& value) {
  std::string opcodes = "X";
  append_u32(opcodes, static_cast<std::uint32_t>(value.size()));
  return opcodes + value;
}

std::string number(int value) {
  std::string opcodes = "K";
  return opcodes + static_cast<char>(value);
}

// Lines 1 and 2 of the table, named by its text 3, as torch writes them.
std::string source(int first, int second) {
  return "ctorch.jit._pickle\nbuild_intlist\n(](" + number(first) + number(second) + "etR" +
         number(3) + number(1) + "\x87";
}

std::string range(int at, const std::string& source, int begin, int end) {
  return number(at) + source + number(begin) + number(end) + "\x87" + number(7) + "\x87";
}

// A call stack of two lines and a file, with two ranges, and a range in the code of the file. `memo` remembers a source.
std::string debug_pickle(const std::string& folder, const std::string& packages,
                         const std::string& memo, const std::string& recall) {
  const std::string first = folder + "net.py(3): forward\n";
  const std::string second = packages + "torch/nn/linear.py(134): forward\n";
  const int middle = static_cast<int>(first.size());
  const int end = middle + static_cast<int>(second.size());
  return "\x80\x02" + text("FORMAT_WITH_STRING_TABLE") + "(" + text("") + text(first) +
         text(second) + text(folder + "net.py") + text("x = '/a/net.py'\n") + "t(" +
         range(0, source(1, 2) + memo, 0, end) + range(9, recall, middle, end) +
         range(20, source(4, 4) + (memo.empty() ? "" : std::string("r\x01\0\0\0", 5)), 4, 16) +
         "t\x87.";
}

std::string absolute_pickle(const std::string& folder) {
  return debug_pickle(folder, folder + ".venv/lib/python3.11/site-packages/", "q\x05", "h\x05");
}

std::string relative_pickle() {
  return debug_pickle("", "", std::string("r\0\0\0\0", 5), std::string("j\0\0\0\0", 5));
}

std::string archive(const std::string& debug) {
  return ZipBuilder()
      .add("m/data.pkl", "a")
      .add_deflated("m/code/__torch__.py", "b")
      .add_deflated(kRecord, debug)
      .add("m/constants/0", std::string(3000, 'c'))
      .add(kIdentity, "0123456789012345678900000000000000000042")
      .finish();
}

std::string content(const std::string& path, const std::string& name) {
  const ZipReader reader(path);
  const ZipRecord* record = reader.find(name);
  return record == nullptr ? "none" : reader.read(*record, 1 << 20);
}

TEST(DebugRecords, keep_only_what_leads_to_a_file_from_its_root) {
  const auto relative = [](const std::string& path) {
    return relative_source_path(path, "/home/alice/models");
  };
  EXPECT_EQ(relative("/home/alice/models/net.py"), "net.py");
  EXPECT_EQ(relative("/home/alice/models/parts/./block.py"), "parts/block.py");
  EXPECT_EQ(relative("/home/alice/models/.venv/lib/python3.11/site-packages/timm/layers.py"),
            "timm/layers.py");
  EXPECT_EQ(relative("/usr/lib/python3.11/contextlib.py"), "contextlib.py");
  EXPECT_EQ(relative("/usr/lib/python3/dist-packages/numpy/core.py"), "numpy/core.py");
  EXPECT_EQ(relative("/home/alice/models2/net.py"), "net.py");
  EXPECT_EQ(relative("/opt/tsctl/python/tsctl_capture/capture/tracing.py"),
            "tsctl_capture/capture/tracing.py");
  EXPECT_EQ(relative_source_path("/net.py", "/"), "net.py");
}

TEST(DebugRecords, are_equal_for_equal_sources_in_other_folders) {
  const MemoryFile one(archive(absolute_pickle("/a/")));
  const MemoryFile other(archive(absolute_pickle("/home/alice/a/much/longer/folder/")));
  make_debug_paths_relative(one.path(), "/a");
  make_debug_paths_relative(other.path(), "/home/alice/a/much/longer/folder");
  EXPECT_EQ(bytes_of(one.path()), bytes_of(other.path()));
  ZipReader(one.path()).require_intact();
}

TEST(DebugRecords, state_positions_in_the_shorter_text) {
  const MemoryFile file(archive(absolute_pickle("/home/alice/")));
  make_debug_paths_relative(file.path(), "/home/alice");
  EXPECT_EQ(content(file.path(), kRecord), relative_pickle());
  EXPECT_EQ(content(file.path(), "m/constants/0"), std::string(3000, 'c'));
}

TEST(DebugRecords, leave_no_byte_of_an_old_path) {
  const MemoryFile file(archive(std::string("\x80\x02", 2) + text("/home/alice/net.py") + "."));
  make_debug_paths_relative(file.path(), "/elsewhere");  // a format that nobody knows
  EXPECT_EQ(content(file.path(), kRecord), "none");
  EXPECT_EQ(bytes_of(file.path()).find("alice"), std::string::npos);
}

TEST(DebugRecords, that_are_stripped_leave_the_same_file_whatever_they_held) {
  const MemoryFile one(archive(absolute_pickle("/a/")));
  const MemoryFile other(archive(absolute_pickle("/bcd/")));
  strip_debug_records(one.path());
  strip_debug_records(other.path());
  EXPECT_EQ(bytes_of(one.path()), bytes_of(other.path()));
  EXPECT_EQ(content(one.path(), kRecord), "none");
  EXPECT_EQ(content(one.path(), "m/data.pkl"), "a");
  EXPECT_EQ(content(one.path(), kIdentity).substr(0, 20), "01234567890123456789");
  EXPECT_NE(content(one.path(), kIdentity).substr(20), "00000000000000000042");
}

TEST(DebugRecords, are_not_missed_where_there_are_none) {
  const std::string before = bytes_of(archive_fixture("mlp_traced.pt"));
  const MemoryFile file(before);
  make_debug_paths_relative(file.path(), "/a");
  strip_debug_records(file.path());
  EXPECT_EQ(bytes_of(file.path()), before);
}

}  // namespace

}  // namespace tsctl
