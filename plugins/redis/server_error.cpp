#include "server_error.h"

#include <algorithm>
#include <array>
#include <utility>

namespace forage::redis {

namespace {

constexpr std::size_t kMaxShown = 160;

std::string_view codeOf(std::string_view error) noexcept {
  return error.substr(0, error.find(' '));
}

}  // namespace

Verdict judge(std::string_view error) noexcept {
  constexpr std::array<std::pair<std::string_view, Verdict>, 13> kVerdicts{{
      {"LOADING", Verdict::kRetryLater},
      {"BUSY", Verdict::kRetryLater},
      {"TRYAGAIN", Verdict::kRetryLater},
      {"CLUSTERDOWN", Verdict::kRetryLater},
      {"MASTERDOWN", Verdict::kRetryLater},
      {"MISCONF", Verdict::kRetryLater},
      {"NOREPLICAS", Verdict::kRetryLater},
      {"READONLY", Verdict::kReconnect},
      {"NOAUTH", Verdict::kNotAllowed},
      {"WRONGPASS", Verdict::kNotAllowed},
      {"NOPERM", Verdict::kNotAllowed},
      {"OOM", Verdict::kOutOfMemory},
      {"WRONGTYPE", Verdict::kWrongType},
  }};
  const std::string_view code = codeOf(error);
  for (const auto& [name, verdict] : kVerdicts) {
    if (code == name) return verdict;
  }
  // What Upstash says in words alone.
  constexpr std::array<std::pair<std::string_view, Verdict>, 4> kSayings{{
      {"ERR unknown command", Verdict::kUnknown},
      {"ERR max request size exceeded", Verdict::kTooLarge},
      {"ERR max single record size exceeded", Verdict::kOutOfMemory},
      {"ERR DB capacity quota exceeded", Verdict::kOutOfMemory},
  }};
  for (const auto& [start, verdict] : kSayings) {
    if (error.starts_with(start)) return verdict;
  }
  return Verdict::kOther;
}

bool willLast(std::string_view error) noexcept {
  const Verdict verdict = judge(error);
  return verdict == Verdict::kNotAllowed || verdict == Verdict::kUnknown;
}

std::string explain(std::string_view error, std::string_view rights) {
  const std::string_view code = codeOf(error);
  if (code == "NOAUTH") return "it wants a password (NOAUTH): set [cache.redis] password";
  if (code == "WRONGPASS") {
    return "it knows no such user and password (WRONGPASS): check [cache] url, [cache.redis] user "
           "and password, or token";
  }
  if (code == "NOPERM") {
    return "the user has no right to the commands or keys needed (NOPERM): " + std::string(rights) +
           " (ACL SETUSER)";
  }
  if (code == "READONLY") return "it is a read-only replica (READONLY): name its master in url";
  if (code == "MOVED" || code == "ASK") {
    return "it is one node of a cluster (" + std::string(code) +
           "): write redis+cluster:// for it in url";
  }
  // Redis quotes what it was sent: "..., with args beginning with: ...".
  std::string text(error.substr(0, std::min(error.find(", with args"), kMaxShown)));
  std::ranges::replace_if(
      text, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

std::string explainRefusal(std::string_view error,
                           std::initializer_list<std::string_view> secrets) {
  std::string text = explain(error);
  for (const std::string_view secret : secrets) {
    if (!secret.empty() && text.find(secret) != std::string::npos) return "it refuses to let us in";
  }
  return text;
}

}  // namespace forage::redis
