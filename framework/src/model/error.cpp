#include "forage/error.h"

#include <typeinfo>
#include <utility>

namespace forage {

namespace {

std::string joinLines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    if (!text.empty()) text += '\n';
    text += line;
  }
  return text;
}

}  // namespace

std::string_view toString(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::kNone:
      return "";
    case ErrorKind::kResolve:
      return "resolve";
    case ErrorKind::kConnect:
      return "connect";
    case ErrorKind::kTimeout:
      return "timeout";
    case ErrorKind::kTls:
      return "tls";
    case ErrorKind::kStatus:
      return "status";
    case ErrorKind::kTruncated:
      return "truncated";
    case ErrorKind::kProtocol:
      return "protocol";
    case ErrorKind::kTooLarge:
      return "too_large";
    case ErrorKind::kRedirect:
      return "redirect";
    case ErrorKind::kRobots:
      return "robots";
    case ErrorKind::kPolicy:
      return "policy";
    case ErrorKind::kOffline:
      return "offline";
    case ErrorKind::kCancelled:
      return "cancelled";
    case ErrorKind::kUrl:
      return "url";
  }
  return "";
}

// The members that Poco::Exception asks of each type. Out of line, so that each has its one vtable
// and type information here.
#define FORAGE_EXCEPTION_MEMBERS(Type, text)                                    \
  Type::~Type() noexcept = default;                                             \
  const char* Type::name() const noexcept { return text; }                      \
  const char* Type::className() const noexcept { return typeid(*this).name(); } \
  Poco::Exception* Type::clone() const { return new Type(*this); }              \
  void Type::rethrow() const { throw *this; }

Error::Error(const std::string& message, int code) : Poco::Exception(message, code) {}
FORAGE_EXCEPTION_MEMBERS(Error, "Forage error")

ConfigError::ConfigError(std::vector<std::string> findings)
    : Error(joinLines(findings)), findings_(std::move(findings)) {}
ConfigError::ConfigError(const std::string& finding) : Error(finding), findings_{finding} {}
FORAGE_EXCEPTION_MEMBERS(ConfigError, "Configuration error")

PluginError::PluginError(const std::string& message) : Error(message) {}
FORAGE_EXCEPTION_MEMBERS(PluginError, "Plugin error")

CacheError::CacheError(const std::string& message) : Error(message) {}
FORAGE_EXCEPTION_MEMBERS(CacheError, "Cache error")

FetchError::FetchError(ErrorKind kind, const std::string& message) : Error(message), kind_(kind) {}
FORAGE_EXCEPTION_MEMBERS(FetchError, "Fetch error")

SinkError::SinkError(const std::string& message) : Error(message) {}
FORAGE_EXCEPTION_MEMBERS(SinkError, "Sink error")

#undef FORAGE_EXCEPTION_MEMBERS

}  // namespace forage
