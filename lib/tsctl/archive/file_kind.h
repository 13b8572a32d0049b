#pragma once

#include <string>

namespace tsctl {

// The format of a file, detected from its bytes.
enum class FileKind {
  torchscript,  // a zip with code/ and data.pkl or constants.pkl
  torch_save,   // a zip of torch.save: data.pkl without code/
  exported,     // a .pt2 of torch.export
  aotinductor,  // a .pt2 of AOTInductor: compiled code
  onnx,
  safetensors,
  numpy,   // .npz or .npy
  pickle,  // an old-style torch.save, or any pickle
  other_zip,
  truncated_zip,  // starts like a zip, has no end record
  text,
  empty,
  directory,
  unknown,
  torch_save_module,  // a zip of torch.save that holds a whole nn.Module
  pickled_module,     // the same as a pickle
};

// Throws Error{input} if the file is missing or unreadable, or is a zip archive with a damaged directory.
FileKind file_kind(const std::string& path);

// Throws Error{usage} for a SOURCE in place of a file.
[[noreturn]] void throw_source_given(const std::string& source);

// Throws Error{usage} if `path` is a SOURCE, and Error{input} if it is not a TorchScript archive, is missing or is
// unreadable; the error names the format found and what to do. With `check_crc` it also throws if a record does not
// match its CRC-32.
void require_torchscript(const std::string& path, bool check_crc);

}  // namespace tsctl
