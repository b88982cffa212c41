#include "warc/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>

#include "forage/message.h"

namespace forage::warc {

namespace {

struct ContextEnd {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

std::string digestOf(const EVP_MD* kind, std::initializer_list<std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, ContextEnd> context(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  bool good = context != nullptr && EVP_DigestInit_ex(context.get(), kind, nullptr) == 1;
  for (const std::string_view part : parts) {
    good = good && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  }
  good = good && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  if (!good) throw std::bad_alloc();  // nothing else can go wrong
  return {reinterpret_cast<const char*>(digest.data()), size};
}

/// `bytes` in digits of `bits` bits, without padding.
std::string inDigits(std::string_view bytes, unsigned bits, std::string_view digits) {
  std::string text;
  std::uint32_t held = 0;
  unsigned count = 0;  // bits of `held` that are still to be written
  for (const char c : bytes) {
    held = (held << 8) | static_cast<unsigned char>(c);
    for (count += 8; count >= bits; count -= bits) {
      text += digits[(held >> (count - bits)) & ((1u << bits) - 1)];
    }
  }
  if (count > 0) text += digits[(held << (bits - count)) & ((1u << bits) - 1)];
  return text;
}

std::string base32(std::string_view bytes) {
  return inDigits(bytes, 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

const EVP_MD* kindOf(std::string_view name) noexcept {
  if (equalsIgnoreCase(name, "sha1") || equalsIgnoreCase(name, "sha-1")) return EVP_sha1();
  if (equalsIgnoreCase(name, "sha256") || equalsIgnoreCase(name, "sha-256")) return EVP_sha256();
  return nullptr;
}

}  // namespace

std::string rawSha1Of(std::initializer_list<std::string_view> parts) {
  return digestOf(EVP_sha1(), parts);
}

std::string sha1Of(std::initializer_list<std::string_view> parts) {
  return "sha1:" + base32(rawSha1Of(parts));
}

std::optional<bool> hasDigest(std::string_view bytes, std::string_view labelled) {
  const std::size_t colon = labelled.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const EVP_MD* kind = kindOf(labelled.substr(0, colon));
  if (kind == nullptr) return std::nullopt;
  std::string_view value = labelled.substr(colon + 1);
  while (value.ends_with('=')) value.remove_suffix(1);
  const std::string digest = digestOf(kind, {bytes});
  return equalsIgnoreCase(value, base32(digest)) ||
         equalsIgnoreCase(value, inDigits(digest, 4, "0123456789abcdef"));
}

}  // namespace forage::warc
