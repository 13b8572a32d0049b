#include "tsctl/archive/tensor_file.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "archive_files.h"
#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/tensor_file_writer.h"

namespace tsctl {

namespace {

Value tensor_value(const std::string& key) {
  Value value;
  value.kind = Value::Kind::tensor;
  value.tensor = key;
  return value;
}

Value real_value(double real) {
  Value value;
  value.kind = Value::Kind::real;
  value.real = real;
  return value;
}

Value container(Value::Kind kind, std::vector<Value> items, std::vector<std::string> keys) {
  Value value;
  value.kind = kind;
  value.items = std::move(items);
  value.keys = std::move(keys);
  return value;
}

// A file with that header and that many bytes of data.
std::string with_header(const std::string& header, std::size_t data_bytes) {
  std::string bytes;
  append_u64(bytes, header.size());
  return bytes + header + std::string(data_bytes, '\0');
}

std::string tensor_file_refusal(const std::string& bytes) {
  const MemoryFile file(bytes);
  const std::string message = input_error_of([&file] { TensorFile::open(file.path()); });
  const std::size_t at = message.find("file: ");
  return at == std::string::npos ? message : message.substr(at + 6, message.find(" | ") - at - 6);
}

TEST(TensorFile, keeps_tensors_of_every_dtype) {
  const std::string bytes(64, '\x01');
  std::vector<TensorBuffer> tensors;
  for (const std::string& name : name_list<Dtype>()) {
    const Dtype dtype = *dtype_from_name(name);
    tensors.push_back({name, dtype, {2, 1}, bytes.data(), 2 * element_size_bytes(dtype)});
  }
  const MemoryFile file;
  write_tensor_file(file.path(), {}, tensors);
  const TensorFile read = TensorFile::open(file.path());
  EXPECT_EQ(read.keys().size(), tensors.size());
  for (const TensorBuffer& tensor : tensors) {
    const TensorFile::Entry& entry = read.tensor(tensor.key);
    ASSERT_EQ(entry.size_bytes, tensor.size_bytes) << tensor.key;
    EXPECT_EQ(std::memcmp(entry.data, bytes.data(), entry.size_bytes), 0) << tensor.key;
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(entry.data) % element_size_bytes(entry.dtype), 0U)
        << tensor.key;
    if (is_complex(tensor.dtype)) {
      EXPECT_EQ(entry.shape, (std::vector<std::int64_t>{2, 1, 2})) << tensor.key;
    } else {
      EXPECT_EQ(entry.dtype, tensor.dtype) << tensor.key;
      EXPECT_EQ(entry.shape, tensor.shape) << tensor.key;
    }
  }
}

TEST(TensorFile, keeps_the_structure_of_calls) {
  const float data[2] = {1.0F, 2.0F};
  CallRecord call;
  call.label = "B=8";
  call.args = {tensor_value("x"), container(Value::Kind::list, {real_value(0.1), Value{}}, {})};
  call.kwargs = {{"scale", real_value(-std::numeric_limits<double>::infinity())},
                 {"nan", real_value(std::nan(""))}};
  call.outputs =
      container(Value::Kind::dict,
                {tensor_value("x"), container(Value::Kind::tuple, {tensor_value("x")}, {"a"})},
                {"logits", "hidden"});
  const MemoryFile file;
  write_tensor_file(file.path(), {call, CallRecord{}},
                    {{"x", Dtype::float32, {2}, data, sizeof data}});
  const TensorFile read = TensorFile::open(file.path());
  ASSERT_EQ(read.calls().size(), 2U);
  const CallRecord& first = read.calls()[0];
  EXPECT_EQ(first.label, "B=8");
  EXPECT_EQ(first.args[0].tensor, "x");
  EXPECT_EQ(first.args[1].items[0].real, 0.1);
  EXPECT_EQ(first.args[1].items[1].kind, Value::Kind::none);
  EXPECT_EQ(first.kwargs[0].first, "scale");
  EXPECT_EQ(first.kwargs[0].second.real, -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(first.kwargs[1].second.real));
  EXPECT_EQ(describe_structure(*first.outputs), describe_structure(*call.outputs));
  EXPECT_EQ(first.outputs->items[1].keys, std::vector<std::string>{"a"});
  EXPECT_FALSE(read.calls()[1].outputs.has_value());
}

TEST(TensorFile, keeps_later_calls_apart_from_the_sets) {
  std::vector<CallRecord> records(4);
  records[0].label = records[1].label = "B=1";
  records[2].label = records[3].label = "B=2";
  records[1].call = records[3].call = 2;
  const MemoryFile file;
  write_tensor_file(file.path(), records, {});
  const TensorFile read = TensorFile::open(file.path());
  ASSERT_EQ(read.calls().size(), 2U);
  EXPECT_EQ(read.calls()[0].label, "B=1");
  EXPECT_EQ(read.calls()[1].label, "B=2");
  ASSERT_EQ(read.later_calls().size(), 2U);
  EXPECT_EQ(read.later_calls()[1].label, "B=2");
  EXPECT_EQ(read.later_calls()[1].call, 2);
}

TEST(TensorFile, reads_a_file_of_other_tools_without_calls) {
  const MemoryFile file(with_header(
      R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"a":"b"}})", 8));
  const TensorFile read = TensorFile::open(file.path());
  EXPECT_TRUE(read.calls().empty());
  EXPECT_EQ(read.tensor("w").shape, std::vector<std::int64_t>{2});
  EXPECT_NE(input_error_of([&read] { read.tensor("v"); }).find("has no tensor called 'v'"),
            std::string::npos);
}

TEST(TensorFile, gives_aligned_data_for_any_header_length) {
  // The header's 73 bytes put the floats at an odd place.
  const MemoryFile file(with_header(R"({"b":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},)"
                                    R"("w":{"dtype":"F64","shape":[1],"data_offsets":[1,9]}} )",
                                    9));
  const TensorFile read = TensorFile::open(file.path());
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(read.tensor("w").data) % 8, 0U);
}

TEST(TensorFile, stores_empty_tensors_and_scalars) {
  const std::int64_t one = 1;
  const MemoryFile file;
  write_tensor_file(
      file.path(), {},
      {{"none", Dtype::float32, {0, 3}, nullptr, 0}, {"one", Dtype::int64, {}, &one, 8}});
  const TensorFile read = TensorFile::open(file.path());
  EXPECT_EQ(read.tensor("none").size_bytes, 0U);
  EXPECT_TRUE(read.tensor("one").shape.empty());
}

TEST(TensorFile, refuses_damaged_headers) {
  EXPECT_EQ(tensor_file_refusal("short"), "it has only 5 bytes");
  EXPECT_EQ(tensor_file_refusal(std::string(8, '\xff') + "{}"),
            "its header claims 18446744073709551615 bytes");
  EXPECT_EQ(tensor_file_refusal(with_header("[]", 0)), "its header is not a JSON object");
  EXPECT_EQ(tensor_file_refusal(with_header("{\"a\":", 0)), "its header is not a JSON object");
  EXPECT_EQ(tensor_file_refusal(with_header(R"({"w":{"dtype":"F32"}})", 0)),
            "the description of tensor 'w' is incomplete");
  EXPECT_EQ(tensor_file_refusal(
                with_header(R"({"w":{"dtype":"F7","shape":[],"data_offsets":[0,1]}})", 1)),
            "tensor 'w' has the unsupported type F7");
}

TEST(TensorFile, refuses_tensors_that_do_not_match_their_bytes) {
  const auto one = [](const std::string& shape, const std::string& offsets,
                      std::size_t data_bytes) {
    return tensor_file_refusal(with_header(
        R"({"w":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}",
        data_bytes));
  };
  EXPECT_EQ(one("[2]", "[0,4]", 4), "the size of tensor 'w' does not match its shape");
  EXPECT_EQ(one("[-1]", "[0,4]", 4), "the size of tensor 'w' does not match its shape");
  EXPECT_EQ(one("[4611686018427387904,4]", "[0,0]", 0),
            "the size of tensor 'w' does not match its shape");
  EXPECT_EQ(one("[1]", "[4,8]", 8),
            "the bytes of tensor 'w' overlap another tensor, leave a gap or lie outside the file");
  EXPECT_EQ(one("[2]", "[0,8]", 4),
            "the bytes of tensor 'w' overlap another tensor, leave a gap or lie outside the file");
  EXPECT_EQ(one("[1]", "[0,4]", 5), "unused bytes follow the last tensor");
}

TEST(TensorFile, refuses_a_name_that_stands_twice) {
  const std::string entry = R"("w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_EQ(tensor_file_refusal(with_header("{" + entry + "," + entry + "}", 1)),
            "its header names a tensor twice");
}

TEST(TensorFile, refuses_calls_that_name_missing_tensors) {
  const MemoryFile file;
  CallRecord call;
  call.args = {tensor_value("x")};
  write_tensor_file(file.path(), {call}, {});
  EXPECT_NE(input_error_of([&file] {
              TensorFile::open(file.path());
            }).find("use tensor 'x', which it does not contain"),
            std::string::npos);
}

TEST(TensorFile, refuses_calls_that_are_no_calls) {
  const MemoryFile file(with_header(R"({"__metadata__":{"tsctl_calls":"[{\"label\":1}]"}})", 0));
  EXPECT_NE(input_error_of([&file] { TensorFile::open(file.path()); }).find("tsctl_calls of"),
            std::string::npos);
}

TEST(TensorFile, survives_every_truncation) {
  const float data[2] = {1.0F, 2.0F};
  CallRecord call;
  call.args = {tensor_value("x")};
  const MemoryFile file;
  write_tensor_file(file.path(), {call}, {{"x", Dtype::float32, {2}, data, sizeof data}});
  const std::string whole = bytes_of(file.path());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    file.replace(whole.substr(0, size));
    EXPECT_THROW(TensorFile::open(file.path()), Error) << size;
  }
}

TEST(TensorFile, reports_a_full_disk_and_a_missing_folder) {
  const auto kind_of_writing = [](const std::string& path) {
    try {
      write_tensor_file(path, {}, {});
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::usage;
  };
  EXPECT_EQ(kind_of_writing("/dev/full"), ErrorKind::environment);
  EXPECT_EQ(kind_of_writing("/no/such/folder/x"), ErrorKind::environment);
}

TEST(TensorFile, makes_keys_from_labels_and_leaves) {
  EXPECT_EQ(tensor_key("", "out.logits"), "out.logits");
  EXPECT_EQ(tensor_key("B=8, T=16", "out"), "B=8, T=16/out");
}

}  // namespace

}  // namespace tsctl
