#pragma once

#include <string>

namespace tsctl {

// What a file is, judged by its bytes.
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
};

// Throws Error{input} for what is missing or unreadable, and for a zip archive whose directory is damaged.
FileKind file_kind(const std::string& path);

// Throws Error{input} with what the file is and what to do unless `path` is a TorchScript archive. A missing or
// unreadable file is an Error{input} too. With `check_crc` every record's CRC-32 is checked as well.
void require_torchscript(const std::string& path, bool check_crc);

}  // namespace tsctl
