#include "tsctl/archive/own_classes.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tsctl/files/digest.h"

namespace tsctl {

namespace {

struct KnownClass {
  std::string_view digest;
  OwnClass kind;
};

// The test `own_classes` of the engine writes each class and prints the row that is missing here.
constexpr std::array kKnown{
    KnownClass{"bd471693bb366379d3441730a23fd313415058f99d88d7e7f477b75d193d4e7d",
               OwnClass::heap_keeper},  // KeepHeap
    KnownClass{"5929ed21b2fd31989f9390578198b6cb006306ddd284f08803df491091da8999",
               OwnClass::packed_layer},  // PackedConv
    KnownClass{"b31eaf98c127e8af1f3ea28a6755593d5a8e95eabaec05b330bf2d11678f50f5",
               OwnClass::packed_layer},  // PackedConv_gelu
    KnownClass{"b2fbf711749ae48f19c6fd7a1ba3cda9e398df717193fdf370f9f22e791c6f12",
               OwnClass::packed_layer},  // PackedConv_gelu_tanh
    KnownClass{"463a463b3f083c8ef9fce1379d972fd3a732a45ecb70903d91080b5c9b5d17b1",
               OwnClass::packed_layer},  // PackedConv_hardswish
    KnownClass{"47439e1d80071275bb2331273637dfdd47c1373c45680b08aac46d94553a2c75",
               OwnClass::packed_layer},  // PackedConv_relu
    KnownClass{"5773990005f3e5b2e1fef60f89999e2132c125be58d361669dfa29a7ef6bb5e4",
               OwnClass::packed_layer},  // PackedConv_sigmoid
    KnownClass{"2c4387d9a681a72904c5a4ef4071a347fe2755e50113081faa97ef97a38161a4",
               OwnClass::packed_layer},  // PackedConv_silu
    KnownClass{"cf7dfebf285994d9722d890824b3e1b62a5ad36f8946a3841726d4be63c202d3",
               OwnClass::packed_layer},  // PackedConv_tanh
    KnownClass{"66ee30ed6945b98112a90f9a9ced8e812e49fd93e819ec8ef4092945574a812b",
               OwnClass::packed_layer},  // PackedConvTranspose
    KnownClass{"667a117d28a288a157f414a250d2d7d8cd588662a71765b400f9358cc4e95c21",
               OwnClass::packed_layer},  // PackedConvTranspose_gelu
    KnownClass{"e59f2387a20993cb7cac1831ab691da7bd5a759c1a65d88e54b5435cfd1d2eee",
               OwnClass::packed_layer},  // PackedConvTranspose_gelu_tanh
    KnownClass{"33cddc84db25b470138184c663061793196dbe8897bf274d16ceccd6a5457f13",
               OwnClass::packed_layer},  // PackedConvTranspose_hardswish
    KnownClass{"e05fb9c2e30648f360bd1e994f4a8a470c93e8779e3ddee4dbae3f6220289c9b",
               OwnClass::packed_layer},  // PackedConvTranspose_relu
    KnownClass{"da41fc4d1844727a72fdd7d9989f96b2ede45efef815c1c5f8712dd9a30838a3",
               OwnClass::packed_layer},  // PackedConvTranspose_sigmoid
    KnownClass{"4ffc05addd7cc049d47dcdabf157c94ab6861ded000cd16e02fc00ef95733e2d",
               OwnClass::packed_layer},  // PackedConvTranspose_silu
    KnownClass{"00661d66c5066cad32fc511b1047a985d3e81ccd61598a0d4816815062fed21c",
               OwnClass::packed_layer},  // PackedConvTranspose_tanh
    KnownClass{"a238066c60089d72445faac4969b350c0bca0668f325e9a3bee8752cd9f6cbc9",
               OwnClass::packed_layer},  // PackedGru
    KnownClass{"d08956e01ca546e937be5395258af7af7ceaadf3d893215bce155819e44bd84a",
               OwnClass::packed_layer},  // PackedLinear
    KnownClass{"af520ca6472d4eccea029b180bd7a076c49d160119b1099c2d98887bc442170e",
               OwnClass::packed_layer},  // PackedLinear_gelu
    KnownClass{"62d79a71b89ebd9e5acc6c4748027309e0902d77340b0572301699baf6102ed0",
               OwnClass::packed_layer},  // PackedLinear_gelu_tanh
    KnownClass{"caf95bca405d1a775fdf0688b794578b31c29ca8011ed1744f2cf2a9eabbdae0",
               OwnClass::packed_layer},  // PackedLinear_hardswish
    KnownClass{"423487674fdafb459c268a7ed24319b2077c8cb2bba5ee0720168e188f4ab3aa",
               OwnClass::packed_layer},  // PackedLinear_relu
    KnownClass{"c59217c7b4ddc754002e8928dd152b0dd93fe0bde4cdc482789d9cd049382b09",
               OwnClass::packed_layer},  // PackedLinear_sigmoid
    KnownClass{"6e77b6dde44a436c3bdd0c218c9555cb26e8e21beaf494c41faa31dc8ef9e077",
               OwnClass::packed_layer},  // PackedLinear_silu
    KnownClass{"69b85c64b4776858714a6ffbaa58a67274da057df4595a19c3707d97c50ffbd0",
               OwnClass::packed_layer},  // PackedLinear_tanh
    KnownClass{"adcbadc27e9a37ce16a64ddf79d7b412c939cc5bb97f2b526ec27b15925946e8",
               OwnClass::packed_layer},  // PackedLstm
};

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  std::string replaced;
  std::size_t at = 0;
  for (auto found = text.find(what); found != std::string::npos; found = text.find(what, at)) {
    replaced.append(text, at, found - at).append(with);
    at = found + what.size();
  }
  text = replaced.append(text, at);
}

}  // namespace

std::string own_class_digest(const CodeClass& type) {
  std::string text = type.source;
  replace_all(text, type.name, "SELF");
  replace_all(text, "class " + type.name.substr(type.name.rfind('.') + 1) + "(", "class SELF(");
  return sha256_of_text(text);
}

std::optional<OwnClass> own_class(const CodeClass& type) {
  constexpr std::size_t kMaxBytes = std::size_t{64} << 10;
  if (type.source.empty() || type.source.size() > kMaxBytes) return std::nullopt;
  const std::string digest = own_class_digest(type);
  const auto known =
      std::ranges::find_if(kKnown, [&](const KnownClass& row) { return row.digest == digest; });
  return known == kKnown.end() ? std::nullopt : std::optional(known->kind);
}

}  // namespace tsctl
