#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tsctl/archive/read_budget.h"

namespace tsctl {

// A storage that a pickle refers to.
struct PickledStorage {
  std::string type = {};    // "FloatStorage"
  std::string record = {};  // key of the storage: "0" is the record data/0
  std::string device = {};
  std::int64_t elements = 0;
};

// A tensor in a pickle: a view of a storage.
struct PickledTensor {
  std::string storage_type = {};  // "FloatStorage"
  std::string record = {};        // key of the storage: "0" is the record data/0
  std::string device = {};
  std::int64_t storage_elements = 0;
  std::int64_t offset = 0;  // in elements
  std::vector<std::int64_t> shape = {};
  std::vector<std::int64_t> strides = {};
  bool requires_grad = false;
};

// A class or function that a pickle names.
struct PickledName {
  std::string_view name = {};  // a view of Pickle::names
  std::size_t offset = 0;      // where it is named first
};

using PickleIndex = std::uint32_t;

// One object of a pickle. Containers refer to their members by index, so a shared object exists once.
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
    global,  // the name of a function or class; never resolved
    object,  // an instance of the class `text`; children as for dict, or its custom state as the only child
    opaque,  // the result of calling the unknown function `text`; children: the arguments
  };

  Kind kind = Kind::none;
  bool custom_state = false;  // object: the class has its own __getstate__
  std::int64_t integer = 0;   // integer; boolean: 0 or 1
  double real = 0.0;
  // string, global, object, opaque: a view of Pickle::bytes or Pickle::names
  std::string_view text = {};
  std::vector<PickleIndex> children = {};
};

// A parsed pickle. Its nodes hold views of its bytes, so it cannot be copied or moved.
struct Pickle {
  Pickle() = default;
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  std::string bytes = {};
  std::deque<std::string> names = {};
  std::deque<PickleNode> nodes = {};
  std::vector<PickledTensor> tensors = {};
  std::vector<PickledStorage> storages = {};  // every one that the pickle refers to
  std::vector<PickledName> globals = {};      // each once
  PickleIndex root = 0;

  const PickleNode& at(PickleIndex index) const { return nodes[index]; }
};

// Parses a pickle that TorchScript wrote (protocol 2, and the data opcodes of protocols 3 and 4) into a tree. It
// calls no function: a call of an unknown name becomes an opaque node. Objects may refer to each other in cycles, so
// a caller that descends must limit the depth and the number of visits. `where` names the record and file in error
// messages. Throws Error{input} if the pickle is truncated, uses other opcodes, builds a tensor or refers to a storage
// in a way that PyTorch does not, or exceeds the budget.
std::unique_ptr<const Pickle> read_pickle(std::string bytes, const std::string& where,
                                          ReadBudget& budget);

}  // namespace tsctl
