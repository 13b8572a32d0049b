#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tsctl/archive/inspect.h"
#include "tsctl/archive/pickle.h"
#include "tsctl/archive/zip_append.h"
#include "tsctl/archive/zip_reader.h"

namespace {

namespace fs = std::filesystem;

// A small TorchScript file with additional records. The destructor removes it.
class Archive {
 public:
  Archive(std::int64_t records, std::size_t record_bytes)
      : path_(fs::temp_directory_path() / ("tsctl_benchmark_" + std::to_string(getpid()) + ".pt")) {
    fs::copy_file(TSCTL_FIXTURES "/archives/mlp_traced.pt", path_,
                  fs::copy_options::overwrite_existing);
    std::vector<tsctl::NewRecord> added;
    for (std::int64_t i = 0; i < records; ++i) {
      added.push_back({.name = "extra/" + std::to_string(i),
                       .bytes = std::string(record_bytes, static_cast<char>('a' + i % 26))});
    }
    tsctl::append_records(path_, added);
  }
  ~Archive() { fs::remove(path_); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  std::string path() const { return path_; }

 private:
  fs::path path_;
};

void zip_directory(benchmark::State& state) {
  const Archive archive(state.range(0), 64);
  for (auto _ : state) benchmark::DoNotOptimize(tsctl::ZipReader(archive.path()).records().size());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(zip_directory)->Arg(10)->Arg(10'000)->Unit(benchmark::kMillisecond);

// Reads from the page cache, like --check.
void crc_of_records(benchmark::State& state) {
  const Archive archive(4, static_cast<std::size_t>(state.range(0)));
  const tsctl::ZipReader reader(archive.path());
  for (auto _ : state) reader.require_intact();
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(reader.file_size_bytes()));
}
BENCHMARK(crc_of_records)->Arg(1 << 20)->Arg(64 << 20)->Unit(benchmark::kMillisecond);

std::string little_endian(std::size_t number) {
  std::string bytes;
  for (int shift = 0; shift < 32; shift += 8)
    bytes += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xFFU);
  return bytes;
}

std::string text_of_pickle(const std::string& text) {
  return "X" + little_endian(text.size()) + text;
}

// The pickle of a list of `count` tensors, each with its own storage, as TorchScript writes it.
std::string pickle_of_tensors(std::int64_t count) {
  std::string bytes = "\x80\x02](";
  for (std::int64_t i = 0; i < count; ++i) {
    bytes += "ctorch._utils\n_rebuild_tensor_v2\n((" + text_of_pickle("storage") +
             "ctorch\nFloatStorage\n" + text_of_pickle(std::to_string(i)) + text_of_pickle("cpu") +
             "K\x0ctQK" + std::string(1, '\0') + "K\x02K\x03\x86K\x03K\x01\x86\x89Nt" + "R";
  }
  return bytes + "e.";
}

void pickle_walk(benchmark::State& state) {
  const std::string bytes = pickle_of_tensors(state.range(0));
  for (auto _ : state) {
    const auto read = tsctl::read_pickle(bytes, "the benchmark's record");
    if (static_cast<std::int64_t>(read->tensors.size()) != state.range(0))
      state.SkipWithError("the pickle has another number of tensors");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(pickle_walk)->Arg(100)->Arg(10'000)->Unit(benchmark::kMillisecond);

// All work of `tsctl inspect` except printing.
void inspection(benchmark::State& state) {
  const Archive archive(state.range(0), 64);
  for (auto _ : state)
    benchmark::DoNotOptimize(tsctl::inspect({.model_path = archive.path()}).class_name);
}
BENCHMARK(inspection)->Arg(10)->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace
