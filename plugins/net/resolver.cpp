#include "net/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <sys/select.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "forage/message.h"

namespace forage::net {

namespace {

using Poco::Net::IPAddress;

constexpr std::size_t kMaxAddresses = 32;  // of one host
constexpr int kQueryTimeoutMs = 2000;      // doubles with each of the tries
constexpr int kTries = 3;
// A TTL of zero still serves the fetches that start together; a huge one is not believed.
constexpr std::chrono::seconds kMinTtl{1};
constexpr std::chrono::seconds kMaxTtl{300};
constexpr std::chrono::seconds kNegativeTtl{2};  // "no such name", not "no server answered"

std::optional<IPAddress> literalAddress(const std::string& host) {
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return IPAddress(&v4, sizeof v4);
  in6_addr v6{};
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IPAddress(&v6, sizeof v6);
  return std::nullopt;
}

bool isLocalhost(std::string_view host) noexcept {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  constexpr std::string_view kSuffix = ".localhost";  // RFC 6761, section 6.3
  return equalsIgnoreCase(host, "localhost") ||
         (host.size() > kSuffix.size() &&
          equalsIgnoreCase(host.substr(host.size() - kSuffix.size()), kSuffix));
}

// RFC 8305, section 4: the families take turns, the system's first choice leading.
std::vector<IPAddress> interleaved(const std::vector<IPAddress>& sorted) {
  std::vector<IPAddress> queues[2];
  for (const IPAddress& address : sorted) {
    queues[address.family() == sorted.front().family() ? 0 : 1].push_back(address);
  }
  std::vector<IPAddress> mixed;
  for (std::size_t i = 0; mixed.size() < sorted.size(); ++i) {
    for (const auto& queue : queues) {
      if (i < queue.size()) mixed.push_back(queue[i]);
    }
  }
  return mixed;
}

struct Found {
  std::vector<IPAddress> addresses;
  std::chrono::seconds ttl = kMaxTtl;
};

Found read(const ares_addrinfo* result) {
  Found found;
  for (const ares_addrinfo_node* node = result->nodes; node != nullptr; node = node->ai_next) {
    std::optional<IPAddress> address;
    if (node->ai_family == AF_INET) {
      address.emplace(&reinterpret_cast<const sockaddr_in*>(node->ai_addr)->sin_addr,
                      sizeof(in_addr));
    } else if (node->ai_family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(node->ai_addr);
      address.emplace(&v6->sin6_addr, sizeof(in6_addr), v6->sin6_scope_id);
    }
    if (!address || found.addresses.size() == kMaxAddresses) continue;
    found.ttl = std::clamp(std::chrono::seconds(node->ai_ttl), kMinTtl, found.ttl);
    if (std::find(found.addresses.begin(), found.addresses.end(), *address) ==
        found.addresses.end()) {
      found.addresses.push_back(*address);
    }
  }
  if (!found.addresses.empty()) found.addresses = interleaved(found.addresses);
  return found;
}

AnswerPtr failed(std::string error) {
  return std::make_shared<const Answer>(Answer{{}, std::move(error)});
}

}  // namespace

AnswerPtr resolveLiteral(std::string_view host) {
  std::vector<IPAddress> addresses;
  if (isLocalhost(host)) {
    addresses = {IPAddress("127.0.0.1"), IPAddress("::1")};
  } else if (const auto literal = literalAddress(std::string(host))) {
    addresses = {*literal};
  } else {
    return nullptr;
  }
  return std::make_shared<const Answer>(Answer{std::move(addresses), {}});
}

struct Resolver::Query {
  Resolver* resolver = nullptr;
  bool pending = true;
  bool delivering = false;  // to its waiters: neither replaced nor dropped meanwhile
  AnswerPtr answer;
  std::chrono::seconds ttl{0};
  TimePoint expires{};
  std::vector<Waiter*> waiters;
};

struct Resolver::Channel {
  ares_channel handle = nullptr;
  Channel() = default;
  ~Channel() {
    if (handle != nullptr) ares_destroy(handle);
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
};

bool isServerList(const std::string& servers) {
  if (servers.empty()) return true;
  ares_channel channel = nullptr;
  if (ares_init(&channel) != ARES_SUCCESS) return false;
  const int status = ares_set_servers_ports_csv(channel, servers.c_str());
  ares_destroy(channel);
  return status == ARES_SUCCESS;
}

Resolver::Resolver(ResolverOptions options, Watch watch)
    : options_(std::move(options)), watch_(std::move(watch)) {}

Resolver::~Resolver() {
  channel_.reset();
  for (auto& [host, query] : queries_) {
    for (Waiter* waiter : query->waiters) waiter->query_ = nullptr;
  }
}

bool Resolver::openChannel(std::string& error) {
  if (channel_) return true;
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);  // not thread-safe by itself
  auto channel = std::make_unique<Channel>();
  ares_options settings{};
  settings.timeout = kQueryTimeoutMs;
  settings.tries = kTries;
  char lookups[] = "fb";  // the hosts file first
  settings.lookups = lookups;
  settings.sock_state_cb = [](void* self, ares_socket_t fd, int readable, int writable) {
    static_cast<Resolver*>(self)->watch_(fd, readable != 0, writable != 0);
  };
  settings.sock_state_cb_data = this;
  int status = library;
  if (status == ARES_SUCCESS) {
    status = ares_init_options(
        &channel->handle, &settings,
        ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
  }
  if (status == ARES_SUCCESS && !options_.servers.empty()) {
    status = ares_set_servers_ports_csv(channel->handle, options_.servers.c_str());
  }
  if (status != ARES_SUCCESS) {
    error = std::string("cannot use DNS: ") + ares_strerror(status);
    return false;
  }
  channel_ = std::move(channel);
  return true;
}

AnswerPtr Resolver::ask(const std::string& host, Waiter& waiter, TimePoint now) {
  if (AnswerPtr literal = resolveLiteral(host)) return literal;
  std::unique_ptr<Query>* slot = nullptr;
  if (const auto known = queries_.find(host); known != queries_.end()) {
    slot = &known->second;
    if (!(*slot)->pending && ((*slot)->delivering || now < (*slot)->expires))
      return (*slot)->answer;
  }
  if (slot == nullptr || !(*slot)->pending) {
    std::string error;
    if (!openChannel(error)) return failed(std::move(error));
    if (slot == nullptr) {
      makeRoom(now);
      slot = &queries_[host];
    }
    *slot = std::make_unique<Query>();
    (*slot)->resolver = this;
    ++pending_;
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel_->handle, host.c_str(), nullptr, &hints, &Resolver::onAnswer,
                     slot->get());
  }
  Query& query = **slot;
  if (!query.pending) {  // answered within the call, from the hosts file for instance
    std::erase(finished_, &query);
    settle(query, now);
    return query.answer;
  }
  waiter.query_ = &query;
  query.waiters.push_back(&waiter);
  return nullptr;
}

void Resolver::forget(Waiter& waiter) noexcept {
  if (waiter.query_ == nullptr) return;
  std::erase(waiter.query_->waiters, &waiter);
  waiter.query_ = nullptr;
}

// Only records: waiters may ask again, which c-ares must not see from within its callback.
void Resolver::onAnswer(void* argument, int status, int, ares_addrinfo* result) {
  Query& query = *static_cast<Query*>(argument);
  Resolver& resolver = *query.resolver;
  query.pending = false;
  --resolver.pending_;
  Found found;
  if (status == ARES_SUCCESS && result != nullptr) found = read(result);
  if (result != nullptr) ares_freeaddrinfo(result);
  if (!found.addresses.empty()) {
    query.ttl = found.ttl;
    query.answer = std::make_shared<const Answer>(Answer{std::move(found.addresses), {}});
  } else {
    const bool absent =
        status == ARES_SUCCESS || status == ARES_ENOTFOUND || status == ARES_ENODATA;
    query.ttl = absent ? kNegativeTtl : std::chrono::seconds(0);
    query.answer = failed(status == ARES_SUCCESS ? "no address" : ares_strerror(status));
  }
  resolver.finished_.push_back(&query);
}

void Resolver::settle(Query& query, TimePoint now) { query.expires = now + query.ttl; }

void Resolver::deliver(TimePoint now) {
  while (!finished_.empty()) {
    Query& query = *finished_.back();
    finished_.pop_back();
    settle(query, now);
    query.delivering = true;
    while (!query.waiters.empty()) {
      Waiter& waiter = *query.waiters.back();
      query.waiters.pop_back();
      waiter.query_ = nullptr;
      waiter.resolved(query.answer);
    }
    query.delivering = false;
  }
}

void Resolver::process(int fd, bool readable, bool writable, TimePoint now) {
  if (!channel_) return;
  ares_process_fd(channel_->handle, readable ? fd : ARES_SOCKET_BAD,
                  writable ? fd : ARES_SOCKET_BAD);
  deliver(now);
}

void Resolver::processTimeouts(TimePoint now) {
  if (!channel_) return;
  ares_process_fd(channel_->handle, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  deliver(now);
}

TimePoint Resolver::nextTimeout(TimePoint now) const {
  if (pending_ == 0 || !channel_) return kNever;
  timeval left{};
  if (ares_timeout(channel_->handle, nullptr, &left) == nullptr) return kNever;
  return now + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
}

void Resolver::makeRoom(TimePoint now) {
  if (queries_.size() < options_.max_answers) return;
  std::erase_if(queries_, [now](const auto& item) {
    return !item.second->pending && !item.second->delivering && item.second->expires <= now;
  });
  if (queries_.size() < options_.max_answers) return;
  for (auto item = queries_.begin(); item != queries_.end(); ++item) {
    if (item->second->pending || item->second->delivering) continue;
    queries_.erase(item);
    return;
  }
}

}  // namespace forage::net
