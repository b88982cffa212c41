#include "visit/robots_gate.h"

#include <algorithm>
#include <utility>

#include "http/robots_answer.h"

namespace forage::visit {

namespace {

constexpr std::string_view kTarget = "/robots.txt";
/// Stands in no URL.
constexpr std::string_view kPublic = " public";

/// How much longer what came is to be believed.
Millis lifetimeOf(http::RobotsVerdict verdict, const Visit& visit) {
  const Millis all = http::lifetimeOf(verdict);
  if (verdict == http::RobotsVerdict::kDisallowAll || !visit.age) return all;
  return std::max(all - std::chrono::duration_cast<Millis>(*visit.age), http::kUnreachableLifetime);
}

}  // namespace

RobotsGate::RobotsGate(std::string_view user_agent, Millis own_delay, const Clock& clock,
                       Notice notice)
    : product_(http::productToken(user_agent)),
      own_delay_(own_delay),
      clock_(clock),
      notice_(std::move(notice)) {}

std::string RobotsGate::siteOf(const Url& url, bool public_only) {
  std::string site(url.origin());
  if (public_only) site += kPublic;
  return site;
}

RobotsGate::Pass RobotsGate::pass(const Url& url, bool public_only, RobotsHome& home, void* visit) {
  if (url.target() == kTarget) return {};
  std::shared_ptr<const Ruling> ruling;
  {
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    auto site = public_only ? sites_.find(siteOf(url, true)) : sites_.find(url.origin());
    if (site == sites_.end()) site = sites_.try_emplace(siteOf(url, public_only)).first;
    ruling = site->second.ruling;
    if (ruling == nullptr || ruling->expires <= now) {
      site->second.waiting.push_back({&home, visit});
      return {std::exchange(site->second.asked, true) ? Is::kWaiting : Is::kAsking};
    }
  }
  if (!ruling->refused.empty()) return {Is::kRefused, ruling->refused};
  const http::RobotsRuling judged = ruling->rules.judge(url.target());
  if (judged.allowed) return {Is::kAllowed, {}, ruling->delay};
  std::string why = "robots.txt disallows it";
  if (!judged.pattern.empty()) why += ": " + std::string(judged.pattern);
  return {Is::kRefused, std::move(why)};
}

void RobotsGate::answer(const std::string& site_name, const Visit& visit) {
  const std::string_view name = std::string_view(site_name).substr(0, site_name.find(kPublic));
  auto ruling = std::make_shared<const Ruling>(read(name, visit));
  std::vector<Waiting> told;
  {
    const std::lock_guard lock(mutex_);
    Site& site = sites_[site_name];
    site.asked = false;
    told = std::move(site.waiting);
    site.waiting.clear();
    set(site, std::move(ruling));
    makeRoom();
  }
  for (const Waiting& one : told) one.home->robotsKnown(one.visit);
}

void RobotsGate::giveUp(const std::string& site_name) {
  std::vector<Waiting> told;
  {
    const std::lock_guard lock(mutex_);
    Site& site = sites_[site_name];
    site.asked = false;
    told = std::move(site.waiting);
    site.waiting.clear();
  }
  for (const Waiting& one : told) one.home->robotsKnown(one.visit);
}

RobotsGate::Ruling RobotsGate::read(std::string_view origin, const Visit& visit) const {
  using Verdict = http::RobotsVerdict;
  const bool came = visit.response != nullptr;
  const Verdict verdict = came ? http::verdictOfStatus(visit.status(), false, visit.redirects)
                               : http::verdictOfFailure(visit.failure.kind);
  Ruling ruling;
  ruling.expires = clock_.now() + lifetimeOf(verdict, visit);
  if (verdict == Verdict::kDisallowAll) {
    const std::string why = came ? std::to_string(visit.status()) : visit.failure.message;
    ruling.refused = "robots.txt of " + std::string(origin) + " is not to be had (" + why +
                     "), and so nothing else of it";
  }
  if (verdict != Verdict::kParse) return ruling;
  ruling.rules = http::RobotsTxt::parse(visit.content(), product_);
  const http::PoliteDelay polite = http::politeDelay(own_delay_, ruling.rules.crawlDelay());
  if (polite.delay > own_delay_) ruling.delay = polite.delay;
  if (polite.capped && notice_) {
    notice_("robots.txt of " + std::string(origin) + " asks for a Crawl-delay of more than " +
            std::to_string(http::kMaxCrawlDelay.count() / 1000) +
            " s: it is asked once in that time");
  }
  return ruling;
}

std::size_t RobotsGate::bytesOf(const Ruling& ruling) noexcept {
  return sizeof(Ruling) + ruling.rules.bytes() + ruling.refused.size();
}

void RobotsGate::set(Site& site, std::shared_ptr<const Ruling> ruling) {
  if (site.ruling != nullptr) bytes_ -= bytesOf(*site.ruling);
  site.ruling = std::move(ruling);
  if (site.ruling != nullptr) bytes_ += bytesOf(*site.ruling);
}

void RobotsGate::makeRoom() {
  if (sites_.size() <= kMaxSites && bytes_ <= kMaxBytes) return;
  // Whichever: half of them, so that it is seldom done.
  for (auto site = sites_.begin(); site != sites_.end();) {
    if (sites_.size() <= kMaxSites / 2 && bytes_ <= kMaxBytes / 2) return;
    if (site->second.asked) {
      ++site;
      continue;
    }
    set(site->second, nullptr);
    site = sites_.erase(site);
  }
}

std::size_t RobotsGate::sites() const {
  const std::lock_guard lock(mutex_);
  return sites_.size();
}

}  // namespace forage::visit
