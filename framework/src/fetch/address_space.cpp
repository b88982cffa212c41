#include "forage/address_space.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>

namespace forage {

namespace {

struct Block {
  std::array<std::uint8_t, 16> bytes;
  unsigned bits;
};

// https://www.iana.org/assignments/iana-ipv4-special-registry: those that are not global, multicast
// (RFC 5771), and 6to4 relays (RFC 7526).
constexpr std::array kSpecial4{
    Block{{0}, 8},
    Block{{10}, 8},
    Block{{100, 64}, 10},
    Block{{127}, 8},
    Block{{169, 254}, 16},
    Block{{172, 16}, 12},
    Block{{192, 0, 0}, 24},
    Block{{192, 0, 2}, 24},
    Block{{192, 88, 99}, 24},
    Block{{192, 168}, 16},
    Block{{198, 18}, 15},
    Block{{198, 51, 100}, 24},
    Block{{203, 0, 113}, 24},
    Block{{224}, 4},
    Block{{240}, 4},
};

// https://www.iana.org/assignments/iana-ipv6-special-registry: those within 2000::/3, outside of
// which nothing is global. Teredo (2001::/32) may lead anywhere.
constexpr std::array kSpecial6{
    Block{{0x20, 0x01, 0x00}, 23},
    Block{{0x20, 0x01, 0x0d, 0xb8}, 32},
    Block{{0x3f, 0xff, 0x00}, 20},
};
constexpr Block kGlobal6{{0x20}, 3};

// What stands for an IPv4 address, and where in it that is.
struct Embedding {
  Block block;
  std::size_t at;
};
constexpr std::array kEmbeddings{
    Embedding{{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // mapped (RFC 4291)
    Embedding{{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                    // NAT64 (RFC 6052)
    Embedding{{{0x20, 0x02}, 16}, 2},                                 // 6to4 (RFC 3056)
};

bool isIn(std::string_view address, const Block& block) noexcept {
  for (unsigned bit = 0; bit < block.bits; bit += 8) {
    const unsigned left = std::min(8U, block.bits - bit);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - left));
    const auto byte = static_cast<std::uint8_t>(address[bit / 8]);
    if (((byte ^ block.bytes[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

bool isInAny(std::string_view address, std::span<const Block> blocks) noexcept {
  return std::any_of(blocks.begin(), blocks.end(),
                     [address](const Block& one) { return isIn(address, one); });
}

}  // namespace

bool isPublicAddress(std::string_view bytes) noexcept {
  if (bytes.size() == 4) return !isInAny(bytes, kSpecial4);
  if (bytes.size() != 16) return false;
  for (const Embedding& one : kEmbeddings) {
    if (isIn(bytes, one.block)) return !isInAny(bytes.substr(one.at, 4), kSpecial4);
  }
  return isIn(bytes, kGlobal6) && !isInAny(bytes, kSpecial6);
}

std::optional<bool> isPublicHost(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);  // of a name that is absolute
  if (host == "localhost" || host.ends_with(".localhost")) return false;
  const std::string text(host);
  std::array<char, 16> bytes{};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) {
    return isPublicAddress({bytes.data(), 4});
  }
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    return isPublicAddress({bytes.data(), bytes.size()});
  }
  return std::nullopt;
}

}  // namespace forage
