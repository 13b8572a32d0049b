#include "tsctl/archive/pickle.h"

#include <fmt/format.h>

#include <bit>
#include <deque>
#include <unordered_map>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/pickle_calls.h"
#include "tsctl/core/base/error.h"

namespace tsctl {

namespace {

using Kind = PickleNode::Kind;

// Memory of an object and of an entry of the memo.
constexpr std::uint64_t kNodeBytes = sizeof(PickleNode) + 8;
constexpr std::uint64_t kMemoBytes = 48;
// With their names and sizes, and a vector that grows.
constexpr std::uint64_t kStorageBytes = 2 * sizeof(PickledStorage);
constexpr std::uint64_t kTensorBytes = 2 * sizeof(PickledTensor) + 64;

class PickleWalker {
 public:
  PickleWalker(Pickle& pickle, const std::string& where, ReadBudget& budget)
      : pickle_(pickle), where_(where), budget_(budget) {}

  void run() {
    for (;;) {
      opcode_at_ = at_;
      const auto code = static_cast<unsigned char>(take(1)[0]);
      budget_.spend_steps(1);
      if (code == '.') break;
      if (!step_data(code) && !step_container(code) && !step_object(code) && !step_memo(code)) {
        fail(fmt::format("it has the opcode {}, which TorchScript does not write", code));
      }
    }
    pickle_.root = pop();
    if (!stack_.empty()) fail("its stack is not empty at the end");
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(ErrorKind::input, fmt::format("{} cannot be read: {}", where_, why),
                "the file is damaged or PyTorch did not write it: get the file again");
  }

  std::string_view take(std::uint64_t size) {
    if (size > pickle_.bytes.size() - at_) fail("it is truncated");
    const std::string_view bytes(pickle_.bytes.data() + at_, static_cast<std::size_t>(size));
    at_ += bytes.size();
    return bytes;
  }
  std::uint64_t take_size(int bytes) {
    const char* data = take(static_cast<std::uint64_t>(bytes)).data();
    if (bytes == 1) return static_cast<unsigned char>(*data);
    if (bytes == 2) return little_u16(data);
    return bytes == 4 ? little_u32(data) : little_u64(data);
  }
  std::string_view take_line() {
    const std::size_t end = pickle_.bytes.find('\n', at_);
    if (end == std::string::npos) fail("it is truncated");
    const std::string_view line = take(end - at_);
    take(1);
    return line;
  }

  PickleIndex add(PickleNode node) {
    budget_.spend_bytes(kNodeBytes + node.children.size() * sizeof(PickleIndex));
    pickle_.nodes.push_back(std::move(node));
    return static_cast<PickleIndex>(pickle_.nodes.size() - 1);
  }
  bool push(PickleNode node) {
    stack_.push_back(add(std::move(node)));
    return true;
  }
  bool push_integer(std::int64_t value, Kind kind = Kind::integer) {
    PickleNode node;
    node.kind = kind;
    node.integer = value;
    return push(std::move(node));
  }
  bool push_text(std::string_view text, Kind kind = Kind::string) {
    PickleNode node;
    node.kind = kind;
    node.text = text;
    return push(std::move(node));
  }
  bool push_container(Kind kind, std::vector<PickleIndex> children) {
    PickleNode node;
    node.kind = kind;
    node.children = std::move(children);
    return push(std::move(node));
  }
  bool push_global(std::string_view module, std::string_view name) {
    PickleNode node;
    node.kind = Kind::global;
    const std::size_t known = names_.size();
    node.text = interned(fmt::format("{}.{}", module, name));
    if (names_.size() > known) pickle_.globals.push_back({node.text, opcode_at_});
    return push(std::move(node));
  }
  // Stores each name once in Pickle::names and returns a view of it.
  std::string_view interned(std::string name) {
    const auto found = name_index_.find(name);
    if (found != name_index_.end()) return *found->second;
    budget_.spend_bytes(kMemoBytes + name.size());
    names_.push_back(std::move(name));
    name_index_.emplace(names_.back(), &names_.back());
    return names_.back();
  }

  PickleIndex pop() {
    if (stack_.empty() || (!marks_.empty() && stack_.size() <= marks_.back()))
      fail("it pops from an empty stack");
    const PickleIndex top = stack_.back();
    stack_.pop_back();
    return top;
  }
  std::vector<PickleIndex> pop_last(std::size_t count) {
    std::vector<PickleIndex> items(count);
    while (count-- > 0) items[count] = pop();
    return items;
  }
  std::vector<PickleIndex> pop_to_mark() {
    if (marks_.empty()) fail("it pops from an empty stack");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleIndex> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }
  PickleNode& top(Kind kind) {
    const PickleIndex index = pop();
    stack_.push_back(index);
    if (pickle_.nodes[index].kind != kind)
      fail("it adds items to an object that is not a container");
    return pickle_.nodes[index];
  }
  bool extend(Kind kind, std::vector<PickleIndex> items) {
    if (kind == Kind::dict && items.size() % 2 != 0) fail("it has a key without a value");
    budget_.spend_bytes(2 * items.size() * sizeof(PickleIndex));
    PickleNode& container = top(kind);
    container.children.insert(container.children.end(), items.begin(), items.end());
    return true;
  }

  bool step_data(unsigned char code) {
    switch (code) {
      case 0x80:
        return take_size(1) <= 5 || (fail("it has an unknown protocol"), false);
      case 0x95:
        return take(8).size() == 8;  // FRAME
      case 'N':
        return push({});
      case 0x88:
        return push_integer(1, Kind::boolean);
      case 0x89:
        return push_integer(0, Kind::boolean);
      case 'J':
        return push_integer(static_cast<std::int32_t>(take_size(4)));
      case 'K':
        return push_integer(static_cast<std::int64_t>(take_size(1)));
      case 'M':
        return push_integer(static_cast<std::int64_t>(take_size(2)));
      case 0x8a:
        return push_long(take_size(1));
      case 0x8b:
        return push_long(take_size(4));
      case 'G':
        return push_real();
      case 'X':
        return push_text(take(take_size(4)));
      case 0x8c:
        return push_text(take(take_size(1)));
      case 0x8d:
        return push_text(take(take_size(8)));
      case 'U':
        return push_text(take(take_size(1)));
      case 'T':
        return push_text(take(take_size(4)));
      case 'C':
        return push_text(take(take_size(1)));
      case 'B':
        return push_text(take(take_size(4)));
      default:
        return false;
    }
  }
  bool push_long(std::uint64_t size) {
    const std::string_view bytes = take(size);
    if (bytes.size() > 8)
      return push_text(interned(fmt::format("<integer of {} bytes>", size)), Kind::opaque);
    std::uint64_t value =
        bytes.empty() || static_cast<unsigned char>(bytes.back()) < 0x80 ? 0 : ~std::uint64_t{0};
    for (std::size_t i = bytes.size(); i-- > 0;)
      value = (value << 8) | static_cast<unsigned char>(bytes[i]);
    return push_integer(static_cast<std::int64_t>(value));
  }
  bool push_real() {
    std::uint64_t bits = 0;
    for (const char c : take(8)) bits = (bits << 8) | static_cast<unsigned char>(c);
    PickleNode node;
    node.kind = Kind::real;
    node.real = std::bit_cast<double>(bits);
    return push(std::move(node));
  }

  bool step_container(unsigned char code) {
    switch (code) {
      case '(':
        budget_.spend_bytes(sizeof(std::size_t));
        marks_.push_back(stack_.size());
        return true;
      case '1':
        pop_to_mark();
        return true;
      case '0':
        pop();
        return true;
      case ')':
        return push_container(Kind::tuple, {});
      case ']':
        return push_container(Kind::list, {});
      case '}':
        return push_container(Kind::dict, {});
      case 't':
        return push_container(Kind::tuple, pop_to_mark());
      case 'l':
        return push_container(Kind::list, pop_to_mark());
      case 0x85:
        return push_container(Kind::tuple, pop_last(1));
      case 0x86:
        return push_container(Kind::tuple, pop_last(2));
      case 0x87:
        return push_container(Kind::tuple, pop_last(3));
      case 'a':
        return extend(Kind::list, pop_last(1));
      case 'e':
        return extend(Kind::list, pop_to_mark());
      case 's':
        return extend(Kind::dict, pop_last(2));
      case 'u':
        return extend(Kind::dict, pop_to_mark());
      default:
        return false;
    }
  }

  bool step_object(unsigned char code) {
    switch (code) {
      case 'c': {
        const std::string_view module = take_line();
        return push_global(module, take_line());
      }
      case 0x93: {
        const std::vector<PickleIndex> names = pop_last(2);
        return push_global(pickle_.at(names[0]).text, pickle_.at(names[1]).text);
      }
      case 'Q':
        return refer_to_storage();
      case 'R':
        return reduce();
      case 0x81:
        return make_object();
      case 'b':
        return build();
      default:
        return false;
    }
  }
  bool refer_to_storage() {
    PickleNode reference;
    reference.kind = Kind::opaque;
    reference.children = pop_last(1);
    const auto storage = storage_of_reference(pickle_, reference);
    if (!storage) fail("it refers to a storage in a way that PyTorch does not write");
    budget_.spend_bytes(kStorageBytes);
    pickle_.storages.push_back(*storage);
    return push(std::move(reference));
  }
  // LibTorch writes a member of an enum as a call of its class with the value itself, in place of a tuple.
  static bool is_enum_value(std::string_view function, Kind argument) {
    return function.starts_with("__torch__.") &&
           (argument == Kind::string || argument == Kind::integer || argument == Kind::real);
  }
  bool reduce() {
    const std::vector<PickleIndex> call = pop_last(2);
    if (pickle_.at(call[0]).kind != Kind::global) fail("it calls an object that is not a function");
    const std::string_view function = pickle_.at(call[0]).text;
    if (is_enum_value(function, pickle_.at(call[1]).kind)) {
      PickleNode member;
      member.kind = Kind::opaque;
      member.text = function;
      member.children = {call[1]};
      return push(std::move(member));
    }
    if (pickle_.at(call[1]).kind != Kind::tuple)
      fail(fmt::format("it calls {} without a tuple of arguments", function));
    if (function.starts_with("torch._utils.")) budget_.spend_bytes(kTensorBytes);
    const auto result = result_of_call(pickle_, function, call[1],
                                       [this](PickleNode node) { return add(std::move(node)); });
    if (!result) fail(fmt::format("it calls {} in a way that PyTorch does not write", function));
    stack_.push_back(*result);
    return true;
  }
  bool make_object() {
    const std::vector<PickleIndex> parts = pop_last(2);
    if (pickle_.at(parts[0]).kind != Kind::global)
      fail("it creates an instance of an object that is not a class");
    return push_text(pickle_.at(parts[0]).text, Kind::object);
  }
  bool build() {
    const PickleIndex state = pop();
    const PickleIndex index = pop();
    stack_.push_back(index);
    PickleNode& object = pickle_.nodes[index];
    if (object.kind != Kind::object) return true;  // the state of an opaque object is ignored
    budget_.spend_bytes(pickle_.at(state).children.size() * sizeof(PickleIndex));
    object.custom_state = pickle_.at(state).kind != Kind::dict;
    object.children =
        object.custom_state ? std::vector<PickleIndex>{state} : pickle_.at(state).children;
    return true;
  }

  bool step_memo(unsigned char code) {
    switch (code) {
      case 'q':
        return store(take_size(1));
      case 'r':
        return store(take_size(4));
      case 0x94:
        return store(memo_.size());
      case 'h':
        return fetch(take_size(1));
      case 'j':
        return fetch(take_size(4));
      default:
        return false;
    }
  }
  bool store(std::uint64_t index) {
    const PickleIndex top = pop();
    stack_.push_back(top);
    budget_.spend_bytes(kMemoBytes);
    memo_[index] = top;
    return true;
  }
  bool fetch(std::uint64_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) fail("it refers to an object that it does not define");
    budget_.spend_bytes(sizeof(PickleIndex));
    stack_.push_back(found->second);
    return true;
  }

  Pickle& pickle_;
  const std::string& where_;
  ReadBudget& budget_;
  std::size_t at_ = 0;
  std::size_t opcode_at_ = 0;
  std::vector<PickleIndex> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleIndex> memo_;
  std::deque<std::string>& names_ = pickle_.names;
  std::unordered_map<std::string_view, const std::string*> name_index_;
};

}  // namespace

std::unique_ptr<const Pickle> read_pickle(std::string bytes, const std::string& where,
                                          ReadBudget& budget) {
  budget.spend_bytes(bytes.size());
  auto pickle = std::make_unique<Pickle>();
  pickle->bytes = std::move(bytes);
  PickleWalker(*pickle, where, budget).run();
  return pickle;
}

}  // namespace tsctl
