#include "archive_files.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <fstream>
#include <iterator>

#include "tsctl/archive/binary_file.h"
#include "tsctl/archive/zip_reader.h"

namespace tsctl {

std::string archive_fixture(const std::string& name) {
  return std::string(TSCTL_FIXTURES) + "/archives/" + name;
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string with_flipped_bit(const std::string& archive_path, const std::string& record) {
  const ZipReader reader(archive_path);
  std::string bytes = bytes_of(archive_path);
  bytes[bytes.find(reader.read(*reader.find_in_top(record), 1 << 20))] ^= 1;
  return bytes;
}

MemoryFile::MemoryFile(const std::string& bytes) : descriptor_(memfd_create("tsctl-test", 0)) {
  path_ = "/proc/self/fd/" + std::to_string(descriptor_);
  replace(bytes);
}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

void MemoryFile::replace(const std::string& bytes) const {
  EXPECT_EQ(::ftruncate(descriptor_, 0), 0);
  EXPECT_EQ(::pwrite(descriptor_, bytes.data(), bytes.size(), 0),
            static_cast<ssize_t>(bytes.size()));
}

ZipBuilder& ZipBuilder::add(const std::string& name, const std::string& bytes,
                            const ZipLies& lies) {
  return add_record(name, bytes, bytes, 0, lies);
}

ZipBuilder& ZipBuilder::add_deflated(const std::string& name, const std::string& bytes,
                                     const ZipLies& lies) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string stored(deflateBound(&stream, bytes.size()), '\0');
  std::string input = bytes;
  stream.next_in = reinterpret_cast<unsigned char*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<unsigned char*>(stored.data());
  stream.avail_out = static_cast<uInt>(stored.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  stored.resize(stream.total_out);
  deflateEnd(&stream);
  return add_record(name, bytes, stored, 8, lies);
}

ZipBuilder& ZipBuilder::add_record(const std::string& name, const std::string& content,
                                   const std::string& stored, std::uint16_t method,
                                   const ZipLies& lies) {
  const auto told = [](std::int64_t lie, std::uint64_t truth) {
    return static_cast<std::uint32_t>(lie >= 0 ? static_cast<std::uint64_t>(lie) : truth);
  };
  const uLong crc = crc32(0, reinterpret_cast<const unsigned char*>(content.data()),
                          static_cast<uInt>(content.size()));
  const std::uint64_t header_offset = records_.size();
  const std::string& local_name = lies.local_name.empty() ? name : lies.local_name;
  append_u32(records_, 0x04034b50);
  append_u16(records_, 20);
  append_u16(records_, 8);  // sizes follow, as torch writes it
  append_u16(records_, method);
  for (int i = 0; i < 4; ++i) append_u32(records_, 0);  // time and date, CRC, sizes
  append_u16(records_, static_cast<std::uint16_t>(local_name.size()));
  append_u16(records_, 0);
  records_ += local_name + stored;

  append_u32(directory_, 0x02014b50);
  append_u32(directory_, 0);
  append_u16(directory_, static_cast<std::uint16_t>(8 | lies.flags));
  append_u16(directory_, lies.method != 0 ? lies.method : method);
  append_u32(directory_, 0);
  append_u32(directory_, told(lies.crc32, crc));
  append_u32(directory_, told(lies.stored_bytes, stored.size()));
  append_u32(directory_, told(lies.size_bytes, content.size()));
  append_u16(directory_, static_cast<std::uint16_t>(name.size()));
  for (int i = 0; i < 3; ++i) append_u32(directory_, 0);
  append_u32(directory_, told(lies.header_offset, header_offset));
  directory_ += name;
  ++count_;
  return *this;
}

std::string ZipBuilder::finish(int claimed_count) const {
  std::string archive = records_ + directory_;
  const auto count = static_cast<std::uint16_t>(claimed_count >= 0 ? claimed_count : count_);
  append_u32(archive, 0x06054b50);
  append_u32(archive, 0);
  append_u16(archive, count);
  append_u16(archive, count);
  append_u32(archive, static_cast<std::uint32_t>(directory_.size()));
  append_u32(archive, static_cast<std::uint32_t>(records_.size()));
  append_u16(archive, 0);
  return archive;
}

}  // namespace tsctl
