#include "module_archive.h"

#include <cstring>

#include "tsctl/archive/binary_file.h"

namespace tsctl {

namespace {

std::string text_opcode(const std::string& text) {
  std::string opcode = "X";
  append_u32(opcode, static_cast<std::uint32_t>(text.size()));
  return opcode + text;
}

std::string number_opcode(std::size_t number) {
  std::string opcode = "J";
  append_u32(opcode, static_cast<std::uint32_t>(number));
  return opcode;
}

std::string tensor_opcodes(const std::string& record, std::size_t count) {
  const std::string size = number_opcode(count);
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text_opcode("storage") +
         "ctorch\nFloatStorage\n" + text_opcode(record) + text_opcode("cpu") + size + "tQ" +
         number_opcode(0) + "(" + size + "t(" + number_opcode(1) +
         "t\x89"
         "ccollections\nOrderedDict\n)RtR";
}

std::string bytes_of_floats(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace

std::string ModuleArchive::bytes() const {
  ZipBuilder zip;
  std::string names;
  std::string types;
  std::string data = std::string("\x80\x02") + "c__torch__\nNet\n)\x81}(";
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const auto& [name, values] = tensors[i];
    names += "\"" + name + "\", ";
    types += "  " + name + " : Tensor\n";
    data += text_opcode(name) + tensor_opcodes(std::to_string(i), values.size());
    zip.add("m/data/" + std::to_string(i), bytes_of_floats(values));
  }
  std::string pickled = std::string("\x80\x02") + "(";
  for (std::size_t i = 0; i < constants.size(); ++i) {
    pickled += tensor_opcodes(std::to_string(i), constants[i].size());
    zip.add("m/constants/" + std::to_string(i), bytes_of_floats(constants[i]));
  }
  std::string body;
  std::string line = "    ";
  for (const char c : forward + "\n") {
    line += c;
    if (c != '\n') continue;
    body += line;
    line = "    ";
  }
  zip.add("m/data.pkl", data + "ub.").add("m/constants.pkl", pickled + "t.");
  zip.add("m/code/__torch__.py",
          "class Net(Module):\n  __parameters__ = [" + names + "]\n  __buffers__ = []\n" + types +
              "  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n" + body + rest);
  for (const auto& [name, content] : records) zip.add("m/" + name, content);
  return zip.finish();
}

}  // namespace tsctl
