#include "support/rest_front.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/ThreadPool.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

namespace forage::test {

namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using Status = HTTPServerResponse::HTTPStatus;

constexpr int kMaxThreads = 32;

}  // namespace

class RestFront::State {
 public:
  State(const RedisServer& server, RestApiConfig config)
      : api_(server.socket(), std::move(config)) {}

  void handle(Poco::Net::HTTPServerRequestImpl& request, HTTPServerResponse& response) {
    const RestSeen seen = read(request);
    if (const auto fault = nextFault(seen)) return fail(*fault, seen, request, response);
    send(api_.answerTo(seen), response);
  }

  void failNext(const std::vector<Fault>& faults) {
    const std::lock_guard lock(mutex_);
    faults_.insert(faults_.end(), faults.begin(), faults.end());
  }
  std::vector<RestSeen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    seen_.clear();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  const RestApiConfig& config() const noexcept { return api_.config(); }

 private:
  static RestSeen read(HTTPServerRequest& request) {
    RestSeen seen{.method = request.getMethod(),
                  .target = request.getURI(),
                  .authorization = request.get("Authorization", ""),
                  .content_type = request.get("Content-Type", ""),
                  .format = request.get("Upstash-Response-Format", "json"),
                  .encoding = request.get("Upstash-Encoding", ""),
                  .sync_token = request.get("Upstash-Sync-Token", ""),
                  .body = {}};
    Poco::StreamCopier::copyToString(request.stream(), seen.body);
    return seen;
  }

  std::optional<Fault> nextFault(const RestSeen& seen) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(seen);
    if (faults_.empty()) return std::nullopt;
    const Fault fault = faults_.front();
    faults_.pop_front();
    return fault;
  }

  void fail(const Fault& fault, const RestSeen& seen, Poco::Net::HTTPServerRequestImpl& request,
            HTTPServerResponse& response) {
    using Kind = Fault::Kind;
    if (fault.kind == Kind::kStatus) {
      if (!fault.retry_after.empty()) response.set("Retry-After", fault.retry_after);
      return send({fault.status, "application/json", fault.body}, response);
    }
    if (fault.kind == Kind::kPassAndClose) {
      (void)api_.answerTo(seen);
    } else if (fault.kind == Kind::kCut) {
      const std::string_view half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n$80\r\nhalf";
      request.socket().sendBytes(half.data(), static_cast<int>(half.size()));
    } else if (fault.kind == Kind::kSilent) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_; });
    }
    response.setKeepAlive(false);
    request.socket().shutdown();
  }

  void send(const RestAnswer& answer, HTTPServerResponse& response) const {
    response.setStatus(static_cast<Status>(answer.status));
    response.setContentType(answer.type);
    response.setContentLength(static_cast<std::streamsize>(answer.body.size()));
    response.set("Upstash-Sync-Token", api_.syncToken());
    response.send().write(answer.body.data(), static_cast<std::streamsize>(answer.body.size()));
  }

  RestApi api_;
  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Fault> faults_;
  std::vector<RestSeen> seen_;
  bool stopping_ = false;
};

class RestFront::Server {
 public:
  Server(State& state, const RestFrontTls& tls)
      : threads_(2, kMaxThreads),
        socket_(listening(tls)),
        server_(new Factory(state), threads_, socket_, params()) {
    server_.start();
  }
  ~Server() { server_.stopAll(true); }

  std::uint16_t port() const { return socket_.address().port(); }
  std::size_t connections() const { return static_cast<std::size_t>(server_.totalConnections()); }

 private:
  class Handler final : public Poco::Net::HTTPRequestHandler {
   public:
    explicit Handler(State& state) : state_(state) {}
    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override {
      state_.handle(dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(request), response);
    }

   private:
    State& state_;
  };

  class Factory final : public Poco::Net::HTTPRequestHandlerFactory {
   public:
    explicit Factory(State& state) : state_(state) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override {
      return new Handler(state_);
    }

   private:
    State& state_;
  };

  static Poco::Net::ServerSocket listening(const RestFrontTls& config) {
    const Poco::Net::SocketAddress address("127.0.0.1", 0);
    if (config.certificate.empty()) return Poco::Net::ServerSocket(address);
    const Poco::Net::Context::Ptr context(
        new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, config.key.string(),
                               config.certificate.string(), "", Poco::Net::Context::VERIFY_NONE));
    return Poco::Net::SecureServerSocket(address, 64, context);
  }

  static Poco::Net::HTTPServerParams* params() {
    auto* const params = new Poco::Net::HTTPServerParams;
    params->setMaxThreads(kMaxThreads);
    params->setMaxQueued(kMaxThreads);
    params->setKeepAlive(true);
    return params;
  }

  Poco::ThreadPool threads_;
  Poco::Net::ServerSocket socket_;
  Poco::Net::HTTPServer server_;
};

RestFront::RestFront(const RedisServer& server, RestApiConfig config, const RestFrontTls& tls)
    : tls_(!tls.certificate.empty()),
      state_(std::make_unique<State>(server, std::move(config))),
      server_(std::make_unique<Server>(*state_, tls)) {}

RestFront::~RestFront() { state_->stop(); }

std::string RestFront::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server_->port());
}

const std::string& RestFront::token() const noexcept { return state_->config().token; }

void RestFront::failNext(const std::vector<Fault>& faults) { state_->failNext(faults); }
std::vector<RestSeen> RestFront::seen() const { return state_->seen(); }
void RestFront::forget() { state_->forget(); }
std::size_t RestFront::connections() const { return server_->connections(); }

}  // namespace forage::test
