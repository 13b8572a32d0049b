#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tsctl {

// A tensor as a pickle describes it: a view of a storage.
struct PickledTensor {
  std::string storage_type = {};  // "FloatStorage"
  std::string record = {};        // the storage's key: "0" is the record data/0
  std::string device = {};
  std::int64_t storage_elements = 0;
  std::int64_t offset = 0;  // in elements
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> strides = {};
  bool requires_grad = false;
};

using PickleIndex = std::uint32_t;

// One object of a pickle. Containers name their members by index, so an object that several others hold exists once.
struct PickleNode {
  enum class Kind {
    none,
    boolean,
    integer,
    real,
    string,
    list,
    tuple,
    dict,    // children: key, value, key, value, …
    tensor,  // `integer` is the index into Pickle::tensors
    global,  // a name that stands for a function or class; never looked up
    object,  // an instance of the class `text`; children as of a dict, or one child that is its whole state
    opaque,  // the result of calling `text`, which is not known here; children: the arguments
  };

  Kind kind = Kind::none;
  bool whole_state = false;  // of an object whose class has its own __getstate__
  std::int64_t integer = 0;  // of integer; 0 or 1 of boolean
  double real = 0.0;
  std::string_view text =
      {};  // of string, global, object and opaque; part of Pickle::bytes or Pickle::names
  std::vector<PickleIndex> children = {};
};

// Its nodes hold views of its bytes, so it stays where it was made.
struct Pickle {
  Pickle() = default;
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  std::string bytes = {};
  std::deque<std::string> names = {};
  std::vector<PickleNode> nodes = {};
  std::vector<PickledTensor> tensors = {};
  PickleIndex root = 0;

  const PickleNode& at(PickleIndex index) const { return nodes[index]; }
};

// Walks a pickle as TorchScript writes it (protocol 2, and the plain data of 3 and 4), building a tree and running
// nothing: a name it does not know becomes an opaque node. Objects may hold one another, even in circles, so a caller
// that descends bounds its depth and the number of its visits. `where` names record and file in messages.
// Throws Error{input} for what is no such pickle, is cut off, or has more than two million objects.
std::unique_ptr<const Pickle> read_pickle(std::string bytes, const std::string& where);

}  // namespace tsctl
