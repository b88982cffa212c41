// Who may fetch what, by robots.txt (RFC 9309): the verdict on each site, asked for once and shared
// by all groups. Knows the rules and for how long they hold; the file itself comes through the
// pipeline, as a trip of whoever asked first. Sites that are many, or whose rules are long, give
// way and are asked for again. Thread-safe; waiters are told without a lock held.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "forage/clock.h"
#include "forage/error.h"
#include "forage/url.h"
#include "forage/visit.h"
#include "http/robots_txt.h"
#include "model/text_hash.h"

namespace forage::visit {

/// Is told that a site's rules are known now. Called by any group thread; quick, thread-safe.
class RobotsHome {
 public:
  virtual ~RobotsHome() = default;
  virtual void robotsKnown(void* visit) noexcept = 0;
};

class RobotsGate {
 public:
  /// Sites whose rules are kept, and what they may take.
  static constexpr std::size_t kMaxSites = 50'000;
  static constexpr std::size_t kMaxBytes = 32u << 20;

  using Notice = std::function<void(std::string_view text)>;

  /// For the crawler of this User-Agent field; `own_delay` is that of the job. `clock` outlives
  /// this.
  RobotsGate(std::string_view user_agent, Millis own_delay, const Clock& clock, Notice notice);

  enum class Is {
    kAllowed,
    kRefused,
    kWaiting,  ///< `home` will be told about the visit; then to be asked again
    kAsking,   ///< the same, and the caller owes answer() or giveUp()
  };
  struct Pass {
    Is is = Is::kAllowed;
    std::string why = {};  ///< for kRefused
    Millis delay{0};       ///< between two fetches of the site, where it asks for more than the job
  };

  /// Asks whether `url` may be fetched. robots.txt itself always may. Who keeps to public addresses
  /// shares no verdict with who does not: such a site may be out of reach for the one alone.
  [[nodiscard]] Pass pass(const Url& url, bool public_only, RobotsHome& home, void* visit);

  /// What a verdict is of, for answer() and giveUp().
  [[nodiscard]] static std::string siteOf(const Url& url, bool public_only);
  /// What came of asking `site` for its robots.txt, redirects followed.
  void answer(const std::string& site, const Visit& visit);
  /// Nothing did: whoever waits asks again.
  void giveUp(const std::string& site);

  /// Sites that are kept in mind; for tests.
  [[nodiscard]] std::size_t sites() const;

 private:
  struct Ruling {
    http::RobotsTxt rules;  // where nothing is allowed: of no meaning
    std::string refused;    // why nothing is; "" otherwise
    Millis delay{0};
    TimePoint expires{};
  };
  struct Waiting {
    RobotsHome* home;
    void* visit;
  };
  struct Site {
    std::shared_ptr<const Ruling> ruling;  // null until it is known
    bool asked = false;                    // somebody is asking
    std::vector<Waiting> waiting;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return textHash(text); }
  };

  [[nodiscard]] Ruling read(std::string_view origin, const Visit& visit) const;
  static std::size_t bytesOf(const Ruling& ruling) noexcept;
  void set(Site& site, std::shared_ptr<const Ruling> ruling);
  void makeRoom();

  const std::string product_;
  const Millis own_delay_;
  const Clock& clock_;
  const Notice notice_;

  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Site, Hash, std::equal_to<>> sites_;
  std::size_t bytes_ = 0;
};

}  // namespace forage::visit
