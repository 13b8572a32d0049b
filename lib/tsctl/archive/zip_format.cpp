#include "tsctl/archive/zip_format.h"

namespace tsctl {

namespace {

struct FieldReader {
  std::string_view bytes;

  void operator()(std::uint16_t& field) {
    field = little_u16(bytes.data());
    bytes.remove_prefix(sizeof field);
  }
  void operator()(std::uint32_t& field) {
    field = little_u32(bytes.data());
    bytes.remove_prefix(sizeof field);
  }
  void operator()(std::uint64_t& field) {
    field = little_u64(bytes.data());
    bytes.remove_prefix(sizeof field);
  }
};

struct FieldWriter {
  std::string& target;

  void operator()(std::uint16_t field) { append_u16(target, field); }
  void operator()(std::uint32_t field) { append_u32(target, field); }
  void operator()(std::uint64_t field) { append_u64(target, field); }
};

// Calls `visit` with every field, in the order of the file.
template <typename Visit>
void visit_fields(ZipRecordFields& fields, Visit& visit) {
  visit(fields.version_needed);
  visit(fields.flags);
  visit(fields.method);
  visit(fields.time);
  visit(fields.date);
  visit(fields.crc32);
  visit(fields.stored_bytes);
  visit(fields.size_bytes);
  visit(fields.name_bytes);
  visit(fields.extra_bytes);
}

template <typename Visit>
void visit_fields(ZipLocalHeader& header, Visit& visit) {
  visit(header.signature);
  visit_fields(header.record, visit);
}

template <typename Visit>
void visit_fields(ZipEntry& entry, Visit& visit) {
  visit(entry.signature);
  visit(entry.version_made_by);
  visit_fields(entry.record, visit);
  visit(entry.comment_bytes);
  visit(entry.disk);
  visit(entry.internal_attributes);
  visit(entry.external_attributes);
  visit(entry.header_offset);
}

template <typename Visit>
void visit_fields(ZipEnd64& end, Visit& visit) {
  visit(end.signature);
  visit(end.following_bytes);
  visit(end.version_made_by);
  visit(end.version_needed);
  visit(end.disk);
  visit(end.directory_disk);
  visit(end.count_on_disk);
  visit(end.count);
  visit(end.directory_bytes);
  visit(end.directory_offset);
}

template <typename Visit>
void visit_fields(ZipLocator64& locator, Visit& visit) {
  visit(locator.signature);
  visit(locator.end_disk);
  visit(locator.end_offset);
  visit(locator.disks);
}

template <typename Visit>
void visit_fields(ZipEnd& end, Visit& visit) {
  visit(end.signature);
  visit(end.disk);
  visit(end.directory_disk);
  visit(end.count_on_disk);
  visit(end.count);
  visit(end.directory_bytes);
  visit(end.directory_offset);
  visit(end.comment_bytes);
}

}  // namespace

template <typename Structure>
Structure read_zip(std::string_view bytes) {
  Structure structure;
  FieldReader reader{bytes};
  visit_fields(structure, reader);
  return structure;
}

template <typename Structure>
void append_zip(std::string& target, const Structure& structure) {
  Structure copy = structure;
  FieldWriter writer{target};
  visit_fields(copy, writer);
}

template ZipLocalHeader read_zip<ZipLocalHeader>(std::string_view bytes);
template ZipEntry read_zip<ZipEntry>(std::string_view bytes);
template ZipEnd64 read_zip<ZipEnd64>(std::string_view bytes);
template ZipLocator64 read_zip<ZipLocator64>(std::string_view bytes);
template ZipEnd read_zip<ZipEnd>(std::string_view bytes);

template void append_zip(std::string& target, const ZipLocalHeader& structure);
template void append_zip(std::string& target, const ZipEntry& structure);
template void append_zip(std::string& target, const ZipEnd64& structure);
template void append_zip(std::string& target, const ZipLocator64& structure);
template void append_zip(std::string& target, const ZipEnd& structure);

std::optional<ZipExtraField> take_extra_field(std::string_view& extra) {
  if (extra.size() < ZipExtraField::kHeaderBytes) return std::nullopt;
  const std::size_t data_bytes = little_u16(extra.data() + sizeof(std::uint16_t));
  if (data_bytes > extra.size() - ZipExtraField::kHeaderBytes) return std::nullopt;
  const ZipExtraField field{.id = little_u16(extra.data()),
                            .data = extra.substr(ZipExtraField::kHeaderBytes, data_bytes)};
  extra.remove_prefix(ZipExtraField::kHeaderBytes + data_bytes);
  return field;
}

void append_extra_field(std::string& target, const ZipExtraField& field) {
  append_u16(target, field.id);
  append_u16(target, static_cast<std::uint16_t>(field.data.size()));
  target += field.data;
}

}  // namespace tsctl
