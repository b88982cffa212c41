// Models of eviction policies that count hits over a trace of numbers, each entry of size one, as
// the papers describe them: to choose by. Nothing here is fast.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <list>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

namespace forage::bench {

using Trace = std::vector<std::uint32_t>;

inline std::size_t lruHits(const Trace& trace, std::size_t capacity) {
  std::list<std::uint32_t> order;
  std::unordered_map<std::uint32_t, std::list<std::uint32_t>::iterator> held;
  std::size_t hits = 0;
  for (const std::uint32_t key : trace) {
    if (const auto it = held.find(key); it != held.end()) {
      ++hits;
      order.splice(order.begin(), order, it->second);
      continue;
    }
    if (held.size() == capacity) {
      held.erase(order.back());
      order.pop_back();
    }
    order.push_front(key);
    held[key] = order.begin();
  }
  return hits;
}

/// Zhang et al., NSDI 2024.
inline std::size_t sieveHits(const Trace& trace, std::size_t capacity) {
  struct Held {
    std::uint32_t key;
    bool visited = false;
  };
  std::list<Held> order;  // newest first
  std::unordered_map<std::uint32_t, std::list<Held>::iterator> held;
  auto hand = order.end();
  std::size_t hits = 0;
  const auto evict = [&] {
    if (hand == order.end()) --hand;
    while (hand->visited) {
      hand->visited = false;
      hand = hand == order.begin() ? std::prev(order.end()) : std::prev(hand);
    }
    const auto gone = hand;
    hand = hand == order.begin() ? order.end() : std::prev(hand);
    held.erase(gone->key);
    order.erase(gone);
  };
  for (const std::uint32_t key : trace) {
    if (const auto it = held.find(key); it != held.end()) {
      ++hits;
      it->second->visited = true;
      continue;
    }
    if (held.size() == capacity) evict();
    order.push_front({key});
    held[key] = order.begin();
  }
  return hits;
}

/// Keys in the order in which they came, the oldest forgotten beyond a number: what S3-FIFO keeps
/// of entries that went.
class GhostFifo {
 public:
  explicit GhostFifo(std::size_t capacity) : capacity_(capacity) {}
  void add(std::uint32_t key) {
    order_.push(key);
    ++count_[key];
    if (order_.size() <= capacity_) return;
    if (const auto it = count_.find(order_.front()); --it->second == 0) count_.erase(it);
    order_.pop();
  }
  [[nodiscard]] bool has(std::uint32_t key) const { return count_.contains(key); }

 private:
  std::queue<std::uint32_t> order_;
  std::unordered_map<std::uint32_t, int> count_;
  const std::size_t capacity_;
};

/// Yang et al., SOSP 2023. `to_stay` uses in the small queue lead to the main queue; `ghost_part`
/// of the capacity is remembered of what went.
inline std::size_t s3FifoHits(const Trace& trace, std::size_t capacity, unsigned to_stay,
                              double ghost_part) {
  struct Held {
    unsigned uses = 0;
    bool is_main = false;
  };
  std::unordered_map<std::uint32_t, Held> held;
  std::queue<std::uint32_t> small;
  std::queue<std::uint32_t> main;
  GhostFifo ghosts(static_cast<std::size_t>(static_cast<double>(capacity) * ghost_part));
  std::size_t hits = 0;
  const auto evictFromSmall = [&] {
    const std::uint32_t key = small.front();
    small.pop();
    Held& one = held[key];
    if (one.uses >= to_stay) {
      one = {0, true};
      main.push(key);
      return;
    }
    ghosts.add(key);
    held.erase(key);
  };
  const auto evictFromMain = [&] {
    const std::uint32_t key = main.front();
    main.pop();
    Held& one = held[key];
    if (one.uses > 0) {
      --one.uses;
      main.push(key);
      return;
    }
    held.erase(key);
  };
  for (const std::uint32_t key : trace) {
    if (const auto it = held.find(key); it != held.end()) {
      ++hits;
      it->second.uses = std::min(3u, it->second.uses + 1);
      continue;
    }
    while (held.size() >= capacity) {
      if (small.size() >= capacity / 10 || main.empty()) {
        evictFromSmall();
      } else {
        evictFromMain();
      }
    }
    const bool is_main = ghosts.has(key);
    held[key] = {0, is_main};
    (is_main ? main : small).push(key);
  }
  return hits;
}

/// How often keys were seen of late: four rows of counters to 15, all halved from time to time.
class FrequencySketch {
 public:
  explicit FrequencySketch(std::size_t capacity) : limit_(capacity * 10) {
    std::size_t size = 16;
    while (size < capacity * 2) size *= 2;
    for (auto& row : rows_) row.resize(size);
  }
  void add(std::uint32_t key) {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      std::uint8_t& counter = rows_[i][at(key, i)];
      if (counter < 15) ++counter;
    }
    if (++seen_ < limit_) return;
    seen_ /= 2;
    for (auto& row : rows_) {
      for (std::uint8_t& counter : row) counter /= 2;
    }
  }
  [[nodiscard]] unsigned of(std::uint32_t key) const {
    unsigned least = 15;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      least = std::min<unsigned>(least, rows_[i][at(key, i)]);
    }
    return least;
  }

 private:
  [[nodiscard]] std::size_t at(std::uint32_t key, std::size_t row) const {
    std::uint64_t hash = (key + 1) * (0x9e3779b97f4a7c15 + 2 * row * 0xbf58476d1ce4e5b9);
    hash ^= hash >> 29;
    hash *= 0x94d049bb133111eb;
    return (hash >> 32) & (rows_[row].size() - 1);
  }

  std::array<std::vector<std::uint8_t>, 4> rows_;
  std::size_t seen_ = 0;
  const std::size_t limit_;
};

/// Einziger, Friedman and Manes, ACM TOS 2017: a window of 1 %, then a segmented LRU of which four
/// fifths are protected.
inline std::size_t tinyLfuHits(const Trace& trace, std::size_t capacity) {
  enum Part { kWindow, kProbation, kProtected };
  struct Held {
    Part part;
    std::list<std::uint32_t>::iterator at;
  };
  std::array<std::list<std::uint32_t>, 3> lists;  // newest first
  std::unordered_map<std::uint32_t, Held> held;
  FrequencySketch sketch(capacity);
  const std::size_t window = std::max<std::size_t>(1, capacity / 100);
  const std::size_t protect = (capacity - window) * 4 / 5;
  std::size_t hits = 0;
  const auto move = [&](std::uint32_t key, Part to) {
    Held& one = held[key];
    lists[to].splice(lists[to].begin(), lists[one.part], one.at);
    one = {to, lists[to].begin()};
  };
  const auto drop = [&](std::uint32_t key) {
    lists[held[key].part].erase(held[key].at);
    held.erase(key);
  };
  for (const std::uint32_t key : trace) {
    sketch.add(key);
    if (const auto it = held.find(key); it != held.end()) {
      ++hits;
      move(key, it->second.part == kWindow ? kWindow : kProtected);
      if (lists[kProtected].size() > protect) move(lists[kProtected].back(), kProbation);
      continue;
    }
    lists[kWindow].push_front(key);
    held[key] = {kWindow, lists[kWindow].begin()};
    if (lists[kWindow].size() <= window) continue;
    const std::uint32_t candidate = lists[kWindow].back();
    if (held.size() <= capacity) {
      move(candidate, kProbation);
      continue;
    }
    const std::uint32_t victim = lists[kProbation].back();
    if (sketch.of(candidate) > sketch.of(victim)) {
      drop(victim);
      move(candidate, kProbation);
    } else {
      drop(candidate);
    }
  }
  return hits;
}

/// What no policy exceeds: the entry that is needed last goes, and is not even taken where that is
/// the new one.
inline std::size_t beladyHits(const Trace& trace, std::size_t capacity) {
  constexpr std::uint32_t kNeverAgain = UINT32_MAX;
  std::vector<std::uint32_t> next(trace.size());
  std::unordered_map<std::uint32_t, std::uint32_t> later;
  for (std::size_t i = trace.size(); i-- > 0;) {
    const auto [it, is_last] = later.try_emplace(trace[i], kNeverAgain);
    next[i] = is_last ? kNeverAgain : it->second;
    it->second = static_cast<std::uint32_t>(i);
  }
  std::unordered_map<std::uint32_t, std::uint32_t> held;  // key -> when it is needed next
  std::priority_queue<std::pair<std::uint32_t, std::uint32_t>> last;  // some are outdated
  std::size_t hits = 0;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    const auto it = held.find(trace[i]);
    if (it != held.end()) ++hits;
    if (it == held.end() && next[i] == kNeverAgain) continue;
    held[trace[i]] = next[i];
    last.emplace(next[i], trace[i]);
    while (held.size() > capacity) {
      const auto [when, key] = last.top();
      last.pop();
      if (const auto old = held.find(key); old != held.end() && old->second == when) {
        held.erase(old);
      }
    }
  }
  return hits;
}

}  // namespace forage::bench
