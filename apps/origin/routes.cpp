#include "origin/routes.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "origin/arguments.h"
#include "origin/compress.h"
#include "origin/content.h"
#include "origin/pieces.h"

namespace forage::origin {
namespace {

constexpr std::uint64_t kMaxBytes = 1u << 30;
constexpr std::uint64_t kMaxLines = 1'000'000;
constexpr std::uint64_t kMaxNumber = 1'000'000'000'000;
// What /cache says was the last change: any fixed day.
constexpr std::time_t kLastModified = 1'700'000'000;

struct Call {
  const HttpRequest& request;
  std::string_view argument;  // the path after "/name/"
  const Served& served;
  Nanos delay_unit;
};

nlohmann::ordered_json fieldsOf(const HttpRequest& request) {
  nlohmann::ordered_json fields = nlohmann::ordered_json::object();
  for (const auto& [name, value] : request.fields) {
    auto& slot = fields[name];
    slot = slot.is_null() ? value : slot.get<std::string>() + ", " + value;
  }
  return fields;
}

Reply index(const Call&) {
  return typed("text/plain",
               "Forage's origin server. Paths:\n"
               "/delay/N /status/N /bytes/N /redirect/N /redirect-to?url= /etag/TAG /cache/N /gzip "
               "/deflate /brotli /zstd /headers /get /stream/N /drip /page/N /robots.txt /hang "
               "/truncated/N /endless /stats\n");
}

Reply get(const Call& call) {
  const HttpRequest& request = call.request;
  return json({{"method", request.method},
               {"target", request.target},
               {"headers", fieldsOf(request)},
               {"body_bytes", request.body_bytes}});
}

Reply headers(const Call& call) { return json({{"headers", fieldsOf(call.request)}}); }

Reply delay(const Call& call) {
  const auto wait = delayOf(call.argument, call.delay_unit);
  if (!wait) return badArgument("a number of seconds from 0 to 3600");
  Reply reply = json({{"delay", call.argument}, {"target", call.request.target}});
  reply.delay = *wait;
  return reply;
}

Reply status(const Call& call) {
  const auto code = wholeNumber(call.argument, 599);
  if (!code || *code < 200) return badArgument("a status from 200 to 599");
  Reply reply = typed("text/plain", "status " + std::string(call.argument) + "\n");
  reply.status = static_cast<int>(*code);
  if (reply.status > 300 && reply.status < 309 && reply.status != 304) {
    reply.fields += "Location: /get\r\n";
  }
  if (reply.status == 401) reply.fields += "WWW-Authenticate: Basic realm=\"origin\"\r\n";
  if (const auto after = call.request.parameter("retry_after")) {
    const auto seconds = wholeNumber(*after, kMaxNumber);
    if (!seconds) return badArgument("a number of seconds in retry_after");
    reply.fields += "Retry-After: " + std::to_string(*seconds) + "\r\n";
  }
  return reply;
}

std::optional<std::uint64_t> seedOf(const Call& call) {
  return wholeNumber(call.request.parameter("seed").value_or("0"), ~std::uint64_t{0});
}

Reply bytes(const Call& call) {
  const auto size = wholeNumber(call.argument, kMaxBytes);
  const auto seed = seedOf(call);
  if (!size || !seed) return badArgument("a number of bytes up to 1073741824, and a whole seed");
  return bytesReply(*seed, *size);
}

Reply truncated(const Call& call) {
  const auto size = wholeNumber(call.argument, kMaxBytes);
  if (!size || *size == 0) return badArgument("a number of bytes from 1 to 1073741824");
  Reply reply = bytesReply(0, *size / 2);
  if (!reply.source) {
    reply.source = onePiece(std::move(reply.body));
    reply.body.clear();
  }
  reply.length = *size;
  reply.close = true;
  return reply;
}

Reply redirect(const Call& call) {
  const auto hops = wholeNumber(call.argument, kMaxNumber);
  if (!hops || *hops == 0) return badArgument("a number of hops from 1");
  Reply reply = typed("text/plain", "redirected\n");
  reply.status = 302;
  reply.fields +=
      "Location: " + (*hops == 1 ? "/get" : "/redirect/" + std::to_string(*hops - 1)) + "\r\n";
  return reply;
}

Reply redirectTo(const Call& call) {
  const auto url = call.request.parameter("url");
  const auto code = wholeNumber(call.request.parameter("status").value_or("302"), 399);
  // Anything else may stand in a Location, as servers do send it: clients have to cope.
  const bool breaks = url && url->find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
  if (!url || breaks || !code || *code < 300)
    return badArgument("?url=, and a status from 300 to 399");
  Reply reply = typed("text/plain", "redirected\n");
  reply.status = static_cast<int>(*code);
  reply.fields += "Location: " + *url + "\r\n";
  return reply;
}

Reply etag(const Call& call) {
  if (call.argument.find('"') != std::string_view::npos) return badArgument("a tag without quotes");
  const std::string tag = '"' + std::string(call.argument) + '"';
  const std::string fields = "ETag: " + tag + "\r\n";
  if (const auto list = call.request.field("If-None-Match"); list && listsTag(*list, tag)) {
    return notModified(fields);
  }
  Reply reply = json({{"etag", call.argument}});
  reply.fields += fields;
  return reply;
}

Reply cache(const Call& call) {
  const auto age = wholeNumber(call.argument, kMaxNumber);
  if (!age) return badArgument("a number of seconds");
  const std::string fields = "Cache-Control: max-age=" + std::to_string(*age) +
                             "\r\nLast-Modified: " + httpDate(kLastModified) + "\r\n";
  if (call.request.field("If-Modified-Since") || call.request.field("If-None-Match")) {
    return notModified(fields);
  }
  Reply reply = json({{"max_age", *age}});
  reply.fields += fields;
  return reply;
}

template <std::string (*encode)(std::string_view)>
Reply coded(const Call& call, std::string_view coding) {
  const auto number = wholeNumber(call.argument.empty() ? "0" : call.argument, kMaxNumber);
  if (!number) return badArgument("the number of a page");
  Reply reply = html(encode(pageOf(*number)));
  reply.fields.append("Content-Encoding: ").append(coding).append("\r\n");
  return reply;
}

Reply gzip(const Call& call) { return coded<gzipped>(call, "gzip"); }
Reply deflate(const Call& call) { return coded<deflated>(call, "deflate"); }
Reply brotli(const Call& call) { return coded<brotlied>(call, "br"); }
Reply zstd(const Call& call) { return coded<zstded>(call, "zstd"); }

Reply stream(const Call& call) {
  const auto count = wholeNumber(call.argument, kMaxLines);
  if (!count) return badArgument("a number of lines up to 1000000");
  Reply reply = typed("application/json", {});
  reply.framing = Reply::Framing::kChunked;
  reply.source = lines(*count);
  return reply;
}

Reply drip(const Call& call) {
  const HttpRequest& request = call.request;
  const auto count = wholeNumber(request.parameter("numbytes").value_or("10"), 10u << 20);
  const auto over = delayOf(request.parameter("duration").value_or("2"), call.delay_unit);
  const auto before = delayOf(request.parameter("delay").value_or("0"), call.delay_unit);
  const auto code = wholeNumber(request.parameter("code").value_or("200"), 599);
  if (!count || *count == 0 || !over || !before || !code || *code < 200) {
    return badArgument("?numbytes=1.. &duration=SECONDS &delay=SECONDS &code=200..599");
  }
  Reply reply = typed("application/octet-stream", {});
  reply.status = static_cast<int>(*code);
  reply.delay = *before;
  reply.pause = *over / static_cast<std::int64_t>(*count);
  reply.length = *count;
  reply.source = singleBytes(*count);
  return reply;
}

Reply page(const Call& call) {
  const auto number = wholeNumber(call.argument, kMaxNumber);
  return number ? html(pageOf(*number)) : badArgument("the number of a page");
}

Reply robots(const Call&) { return typed("text/plain", "User-agent: *\nDisallow: /deny\n"); }

Reply deny(const Call&) { return typed("text/plain", "Robots should not have come here.\n"); }

Reply hang(const Call&) {
  Reply reply;
  reply.delay = kNoAnswer;
  return reply;
}

Reply endless(const Call&) {
  Reply reply = typed("application/octet-stream", {});
  reply.framing = Reply::Framing::kChunked;
  reply.source = endlessBytes();
  return reply;
}

Reply stats(const Call& call) {
  const OriginStats stats = call.served.stats();
  Reply reply = json({{"requests", stats.requests},
                      {"connections", stats.connections},
                      {"open", stats.open},
                      {"in_progress", stats.in_progress},
                      {"max_concurrent", stats.max_concurrent},
                      {"by_target", stats.by_target}});
  reply.fields += "Cache-Control: no-store\r\n";
  return reply;
}

enum class Argument : std::uint8_t { kNone, kRequired, kOptional };

struct Route {
  std::string_view name;
  Argument argument;
  Reply (*handler)(const Call&);
};

constexpr std::array kRoutes{
    Route{"page", Argument::kRequired, page},
    Route{"delay", Argument::kRequired, delay},
    Route{"bytes", Argument::kRequired, bytes},
    Route{"get", Argument::kNone, get},
    Route{"headers", Argument::kNone, headers},
    Route{"status", Argument::kRequired, status},
    Route{"redirect", Argument::kRequired, redirect},
    Route{"redirect-to", Argument::kNone, redirectTo},
    Route{"etag", Argument::kRequired, etag},
    Route{"cache", Argument::kRequired, cache},
    Route{"gzip", Argument::kOptional, gzip},
    Route{"deflate", Argument::kOptional, deflate},
    Route{"brotli", Argument::kOptional, brotli},
    Route{"zstd", Argument::kOptional, zstd},
    Route{"stream", Argument::kRequired, stream},
    Route{"drip", Argument::kNone, drip},
    Route{"robots.txt", Argument::kNone, robots},
    Route{"deny", Argument::kOptional, deny},
    Route{"hang", Argument::kOptional, hang},
    Route{"truncated", Argument::kRequired, truncated},
    Route{"endless", Argument::kOptional, endless},
    Route{"stats", Argument::kNone, stats},
    Route{"", Argument::kNone, index},
};

}  // namespace

Reply answer(const HttpRequest& request, const Served& served, Nanos delay_unit) {
  if (request.method != "GET" && request.method != "HEAD" && request.method != "POST") {
    Reply reply = failure(405, "only GET, HEAD and POST");
    reply.fields += "Allow: GET, HEAD, POST\r\n";
    return reply;
  }
  const std::string_view path = request.path();
  if (!path.starts_with('/')) return failure(400, "the target is no path");
  const std::size_t slash = std::min(path.find('/', 1), path.size());
  const std::string_view name = path.substr(1, slash - 1);
  const std::string_view argument = path.substr(std::min(slash + 1, path.size()));
  for (const Route& route : kRoutes) {
    if (route.name != name) continue;
    if (route.argument == Argument::kNone && slash != path.size()) break;
    if (route.argument == Argument::kRequired && argument.empty()) break;
    return route.handler({request, argument, served, delay_unit});
  }
  return failure(404, "no such path");
}

}  // namespace forage::origin
