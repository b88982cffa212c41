// The tutorial as one would port it to C++ in a day: threads that block, Poco's HTTP client with
// keep-alive, and a GET and a SET of hiredis for each page that is missing.
// usage: days_port URLS REDIS_PORT THREADS split|same
//   REDIS_PORT 0: no cache at all. split: the threads share the list; same: each visits all of it.
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <hiredis/hiredis.h>

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <thread>

#include "pages.h"

namespace {

using peers::Delivered;

// A connection to Redis of one thread.
class Store {
 public:
  explicit Store(int port) : context_(redisConnectWithTimeout("127.0.0.1", port, {10, 0})) {
    if (!context_ || context_->err != 0) throw std::runtime_error("cannot connect to Redis");
    redisSetTimeout(context_.get(), {10, 0});
  }

  std::optional<std::string> find(const std::string& url) {
    const Reply reply = command("GET url:%b", url.data(), url.size());
    if (reply->type != REDIS_REPLY_STRING) return std::nullopt;
    return std::string(reply->str, static_cast<std::size_t>(reply->len));
  }

  void keep(const std::string& url, const std::string& page) {
    command("SET url:%b %b", url.data(), url.size(), page.data(), page.size());
  }

 private:
  struct ContextDeleter {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  struct ReplyDeleter {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  using Reply = std::unique_ptr<redisReply, ReplyDeleter>;

  template <typename... Arguments>
  Reply command(const char* format, Arguments... arguments) {
    Reply reply(static_cast<redisReply*>(redisCommand(context_.get(), format, arguments...)));
    if (!reply || reply->type == REDIS_REPLY_ERROR) throw std::runtime_error("Redis failed");
    return reply;
  }

  std::unique_ptr<redisContext, ContextDeleter> context_;
};

// What one thread has: its connections, and what it got.
class Scraper {
 public:
  Scraper(const peers::Target& server, int redis_port) : session_(server.address, server.port) {
    session_.setKeepAlive(true);
    session_.setTimeout(Poco::Timespan(30, 0));
    if (redis_port != 0) store_.emplace(redis_port);
  }

  void visit(const std::string& url) {
    if (store_) {
      if (const auto page = store_->find(url)) {
        ++delivered_.hits;
        return count(*page);
      }
    }
    const auto page = fetch(url);
    if (!page) return;
    if (store_) store_->keep(url, *page);
    count(*page);
  }

  [[nodiscard]] const Delivered& delivered() const { return delivered_; }

 private:
  void count(const std::string& page) {
    ++delivered_.ok;
    delivered_.bytes += page.size();
  }

  std::optional<std::string> fetch(const std::string& url) {
    Poco::Net::HTTPRequest request(Poco::Net::HTTPRequest::HTTP_GET, peers::split(url).path,
                                   Poco::Net::HTTPMessage::HTTP_1_1);
    request.setKeepAlive(true);
    session_.sendRequest(request);
    Poco::Net::HTTPResponse response;
    std::istream& body = session_.receiveResponse(response);
    std::string page;
    Poco::StreamCopier::copyToString(body, page);
    if (response.getStatus() != Poco::Net::HTTPResponse::HTTP_OK) return std::nullopt;
    return page;
  }

  Poco::Net::HTTPClientSession session_;
  std::optional<Store> store_;
  Delivered delivered_;
};

Delivered visit(const std::vector<std::string>& urls, int redis_port, std::size_t count,
                bool same) {
  std::atomic<std::size_t> cursor = 0;
  std::vector<Delivered> parts(count);
  const peers::Target server = peers::split(urls.front());
  {
    std::vector<std::jthread> threads;
    for (Delivered& part : parts) {
      threads.emplace_back([&, same] {
        try {
          Scraper scraper(server, redis_port);
          std::size_t own = 0;
          const auto next = [&] { return same ? own++ : cursor++; };
          for (std::size_t i = next(); i < urls.size(); i = next()) scraper.visit(urls[i]);
          part = scraper.delivered();
        } catch (const std::exception& error) {
          std::fprintf(stderr, "days_port: %s\n", error.what());
        }
      });
    }
  }
  Delivered all;
  for (const Delivered& part : parts) all += part;
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 5) throw std::runtime_error("usage: days_port URLS REDIS_PORT THREADS split|same");
    const auto urls = peers::readUrls(argv[1]);
    const std::size_t threads = std::stoul(argv[3]);
    const bool same = std::string(argv[4]) == "same";
    const Delivered delivered = visit(urls, std::stoi(argv[2]), threads, same);
    print(delivered);
    return delivered.ok == urls.size() * (same ? threads : 1) ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "days_port: %s\n", error.what());
    return 1;
  }
}
