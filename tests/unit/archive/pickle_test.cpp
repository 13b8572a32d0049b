#include "tsctl/archive/pickle.h"

#include "archive_files.h"
#include "tsctl/archive/value_text.h"

namespace tsctl {

namespace {

using namespace std::string_literals;

std::unique_ptr<const Pickle> read(const std::string& pickle) {
  ReadBudget budget("model.pt", pickle.size());
  return read_pickle(pickle, "record 'data.pkl'", budget);
}

std::string text_of(const std::string& pickle) {
  const auto read = tsctl::read(pickle);
  return value_text(*read, read->root, 1000);
}

std::string refusal_of(const std::string& pickle) {
  const std::string message = input_error_of([&pickle] { read(pickle); });
  return message.substr(0, message.find(" | "));
}

TEST(Pickle, reads_plain_values) {
  EXPECT_EQ(text_of("\x80\x02N."s), "None");
  EXPECT_EQ(text_of("\x80\x02(\x88\x89K\x07M\x00\x01J\xfd\xff\xff\xfft."s),
            "(True, False, 7, 256, -3)");
  EXPECT_EQ(text_of("\x80\x02\x8a\x06\x00\x00\x00\x00\x00\x01."s), "1099511627776");
  EXPECT_EQ(text_of("\x80\x02\x8a\x01\xff."s), "-1");
  EXPECT_EQ(text_of("\x80\x02\x8a\x00."s), "0");
  EXPECT_EQ(text_of("\x80\x02G\x3f\xf8\x00\x00\x00\x00\x00\x00."s), "1.5");
  EXPECT_EQ(text_of("\x80\x02X\x03\x00\x00\x00"
                    "a\"\n."s),
            "\"a\\\"\\n\"");
  EXPECT_EQ(text_of("\x80\x02]q\x00(K\x01K\x02"
                    "e."s),
            "[1, 2]");
  EXPECT_EQ(text_of("\x80\x02}(X\x01\x00\x00\x00xK\x01u."s), "{\"x\": 1}");
}

TEST(Pickle, gives_the_value_of_torchscripts_helpers) {
  EXPECT_EQ(text_of("\x80\x02"
                    "ctorch.jit._pickle\nbuild_intlist\n](K\x01K\x02"
                    "e\x85R."s),
            "[1, 2]");
  EXPECT_EQ(text_of("\x80\x02"
                    "ctorch.jit._pickle\nrestore_type_tag\n]X\x01\x00\x00\x00T\x86R."s),
            "[]");
}

TEST(Pickle, reads_members_of_enums) {
  EXPECT_EQ(text_of("\x80\x02"
                    "c__torch__.net\nFormat\nX\x04\x00\x00\x00NHWCR."s),
            "__torch__.net.Format(\"NHWC\")");
  EXPECT_EQ(text_of("\x80\x02"
                    "c__torch__.net\nLevel\nK\x03R."s),
            "__torch__.net.Level(3)");
  EXPECT_EQ(refusal_of("\x80\x02"
                       "cos\nsystem\nX\x02\x00\x00\x00idR."s),
            "record 'data.pkl' cannot be read: it calls os.system without a tuple of arguments");
}

TEST(Pickle, never_looks_up_a_name) {
  EXPECT_EQ(text_of("\x80\x02"
                    "cos\nsystem\nX\x02\x00\x00\x00id\x85R."s),
            "os.system(\"id\")");
  EXPECT_EQ(text_of("\x80\x02"
                    "cos\nsystem\n."s),
            "<os.system>");
}

TEST(Pickle, reads_a_tensor_without_its_bytes) {
  const auto read = tsctl::read(
      "\x80\x02"
      "ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nHalfStorage\n"
      "X\x01\x00\x00\x00"
      "5X\x04\x00\x00\x00"
      "cudaK\x0ctQK\x02(K\x02K\x03t(K\x03K\x01t\x88Nt"
      "R."s);
  ASSERT_EQ(read->tensors.size(), 1U);
  const PickledTensor& tensor = read->tensors[0];
  EXPECT_EQ(read->at(read->root).kind, PickleNode::Kind::tensor);
  EXPECT_EQ(tensor.storage_type, "HalfStorage");
  EXPECT_EQ(tensor.record, "5");
  EXPECT_EQ(tensor.device, "cuda");
  EXPECT_EQ(tensor.storage_elements, 12);
  EXPECT_EQ(tensor.offset, 2);
  EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(tensor.strides, (std::vector<std::int64_t>{3, 1}));
  EXPECT_TRUE(tensor.requires_grad);
}

TEST(Pickle, refuses_a_tensor_or_a_storage_of_odd_arguments) {
  EXPECT_EQ(refusal_of("\x80\x02"
                       "ctorch._utils\n_rebuild_tensor_v2\nK\x01\x85R."s),
            "record 'data.pkl' cannot be read: it calls torch._utils._rebuild_tensor_v2 in a way "
            "that PyTorch does not write");
  EXPECT_EQ(refusal_of("\x80\x02K\x01\x85Q."s),
            "record 'data.pkl' cannot be read: it refers to a storage in a way that PyTorch does "
            "not write");
}

TEST(Pickle, refuses_what_needs_too_much_memory_or_time) {
  const std::string shared = "\x80\x02}q\xf0("s + [] {
    std::string members;
    for (int i = 0; i < 20'000; ++i) members += "K\x01N";
    return members;
  }() + "u0";
  std::string objects;
  for (int i = 0; i < 20'000; ++i)
    objects +=
        "c__torch__\nNone\n)\x81h\xf0"
        "b0";
  EXPECT_EQ(refusal_of(shared + objects + "N."),
            "'model.pt' is too complex to be read safely: its structure needs more memory than the "
            "limit of 36 MiB");
  EXPECT_EQ(refusal_of("\x80\x02(" + std::string(1'500'000, 'N') + "1N."),
            "'model.pt' is too complex to be read safely: its structure needs more memory than the "
            "limit of 38 MiB");
}

TEST(Pickle, refuses_what_torchscript_does_not_write) {
  EXPECT_EQ(refusal_of(""), "record 'data.pkl' cannot be read: it is truncated");
  EXPECT_EQ(refusal_of("\x80\x02X\xff\xff\xff\x7f"
                       "abc"s),
            "record 'data.pkl' cannot be read: it is truncated");
  EXPECT_EQ(refusal_of("\x80\x02\x86."s),
            "record 'data.pkl' cannot be read: it pops from an empty stack");
  EXPECT_EQ(refusal_of("\x80\x02h\x05."s),
            "record 'data.pkl' cannot be read: it refers to an object that it does not define");
  EXPECT_EQ(refusal_of("\x80\x02NN."s),
            "record 'data.pkl' cannot be read: its stack is not empty at the end");
  EXPECT_EQ(refusal_of("\x80\x02K\x01)R."s),
            "record 'data.pkl' cannot be read: it calls an object that is not a function");
  EXPECT_EQ(refusal_of("\x80\x02i"s),
            "record 'data.pkl' cannot be read: it has the opcode 105, which TorchScript does "
            "not write");
  EXPECT_EQ(refusal_of("\x80\x02Na."s),
            "record 'data.pkl' cannot be read: it pops from an empty stack");
}

TEST(ValueText, ends_for_lists_that_hold_themselves) {
  EXPECT_EQ(text_of("\x80\x02]q\x00h\x00"
                    "a."s),
            std::string(21, '[') + "…" + std::string(21, ']'));
}

TEST(ValueText, cuts_long_values_between_characters) {
  const auto read = tsctl::read("\x80\x02X\x06\x00\x00\x00\xc3\xa4\xc3\xa4\xc3\xa4."s);
  EXPECT_EQ(value_text(*read, read->root, 4), "\"\xc3\xa4…");
}

}  // namespace

}  // namespace tsctl
