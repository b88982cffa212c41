#include "subscriber.h"

#include <algorithm>
#include <utility>

#include "commands.h"
#include "forage/units.h"
#include "net/connect.h"
#include "server_error.h"

namespace forage::redis {

namespace {

using SteadyClock = std::chrono::steady_clock;

// A connection that lasted less than this has not been worth making: the next one waits, so that a
// server which ends each is not asked without pause.
constexpr Millis kWorthIt{1'000};

bool isMessage(const Reply& reply, std::string_view kind, std::size_t parts) {
  return reply.type == Reply::Type::kArray && reply.items.size() == parts &&
         reply.items[0].text == kind;
}

Commands commandOf(std::initializer_list<std::string_view> arguments) {
  Commands commands;
  commands.begin(arguments.size());
  for (const std::string_view argument : arguments) commands.add(argument);
  return commands;
}

}  // namespace

Subscriber::Subscriber(const Options& options, Connect connect, Subject subject, Listener& listener)
    : command_timeout_(options.command_timeout),
      connect_(std::move(connect)),
      subject_(std::move(subject)),
      listener_(listener),
      backoff_(options.retry_period),
      random_(std::random_device{}()) {}

Subscriber::~Subscriber() {
  stopping_ = true;
  wake_.set();
  if (thread_.joinable()) thread_.join();
}

void Subscriber::awaitUp() {
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.wait(lock, [this] { return state_ != State::kFirstAttempt; });
  if (state_ == State::kDown) throw ConnectionError(fault_, failure_);
}

bool Subscriber::isUp() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kUp;
}

void Subscriber::run() {
  while (!stopping_) {
    serve();
    pause();
  }
}

void Subscriber::serve() {
  try {
    const std::unique_ptr<Connection> connection = connect_();
    hear(*connection);
  } catch (const ConnectionError& error) {
    down(error);
  }
}

void Subscriber::hear(Connection& connection) {
  connection.post(commandOf({"SUBSCRIBE", subject_.channel}));
  const auto on_message = [this](Reply&& reply) { take(std::move(reply)); };
  bool asked = true;  // for something that it has to say within the command timeout
  TimePoint since = SteadyClock::now();
  while (!stopping_) {
    const TimePoint due = isUp() ? listener_.due(SteadyClock::now()) : kNever;
    const TimePoint limit = since + (asked ? command_timeout_ : kSilence);
    const bool came = connection.listen(wake_.fd(), std::min(due, limit), on_message);
    if (came && isUp()) {
      asked = false;
      since = SteadyClock::now();
      continue;
    }
    wake_.clear();
    if (SteadyClock::now() < limit) continue;
    if (asked) {
      throw ConnectionError(Fault::kTimeout,
                            "no answer within " + formatDuration(command_timeout_));
    }
    connection.post(commandOf({"PING"}));
    asked = true;
    since = SteadyClock::now();
  }
}

void Subscriber::take(Reply&& reply) {
  if (reply.type == Reply::Type::kError) {
    throw ConnectionError(willLast(reply.text) ? Fault::kNotToBeHad : Fault::kRefused,
                          explain(reply.text, subject_.rights));
  }
  const bool is_up = isUp();
  if (is_up && isMessage(reply, "message", 3) && reply.items[1].text == subject_.channel) {
    listener_.heard(std::move(reply.items[2]));
  } else if (!is_up && isMessage(reply, "subscribe", 3)) {
    up();
  } else if (!is_up || !isMessage(reply, "pong", 2)) {
    throw ConnectionError(Fault::kProtocol, "it says what nobody asked for");
  }
}

void Subscriber::up() {
  up_since_ = SteadyClock::now();
  {
    const std::lock_guard lock(mutex_);
    state_ = State::kUp;
  }
  changed_.notify_all();
  listener_.subscribed();
}

void Subscriber::down(const ConnectionError& error) {
  bool was_up = false;
  {
    const std::lock_guard lock(mutex_);
    was_up = state_ == State::kUp;
    state_ = State::kDown;
    fault_ = error.fault();
    failure_ = error.what();
  }
  changed_.notify_all();
  if (was_up) listener_.lost();
  const TimePoint now = SteadyClock::now();
  if (was_up && now - up_since_ >= kWorthIt) {
    backoff_.succeeded();
  } else {
    backoff_.failed(now, random_());
  }
}

// Until another connection may be made.
void Subscriber::pause() {
  while (!stopping_ && backoff_.holdsBack(SteadyClock::now())) {
    if (net::waitReady(wake_.fd(), false, backoff_.next())) wake_.clear();
  }
}

}  // namespace forage::redis
