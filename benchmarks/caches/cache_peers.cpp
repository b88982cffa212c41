// The memory cache and its peers in turn, round by round, in one process: look-ups and stores of
// Zipf-popular keys with one thread and with several. Prints the median rate of each and how it
// stands to the first, in rate and in processor time, which other programs disturb less; then what
// each entry adds to the memory of the process. Every look-up's answer is checked. See
// docs/cache-memory.md.
//
//   cache_peers [--entries N] [--held PART] [--operations N] [--rounds N] [--threads N] [--body N]
//               [--only NAME,NAME]
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "caches.h"

namespace {

using namespace forage;
using namespace forage::bench;

struct Options {
  std::size_t entries = 1'000'000;
  double held = 1;  ///< part of the entries that a cache may hold
  std::size_t operations = 1'000'000;
  std::size_t rounds = 5;
  std::size_t threads = 2;
  std::size_t body = 64;
  std::string only;
};

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    const char* value = words[i + 1];
    const auto number = static_cast<std::size_t>(std::atoll(value));
    if (name == "--entries") options.entries = number;
    if (name == "--held") options.held = std::atof(value);
    if (name == "--operations") options.operations = number;
    if (name == "--rounds") options.rounds = number;
    if (name == "--threads") options.threads = number;
    if (name == "--body") options.body = number;
    if (name == "--only") options.only = value;
  }
  return options;
}

/// One of ten is a store. Keys are made beforehand, in order, as callers have them at hand.
struct Operation {
  Key key;
  std::uint32_t number;
  bool is_store;
};

std::vector<Operation> operations(const Zipf& zipf, std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<Operation> made;
  made.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t number = zipf.draw(random);
    made.push_back({keyOf(number), number, random() % 10 == 0});
  }
  return made;
}

double residentBytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

struct World {
  explicit World(const Options& options) : zipf(options.entries, 0.99) {
    entries.reserve(options.entries);
    const double before = residentBytes();
    for (std::size_t i = 0; i < options.entries; ++i) {
      entries.push_back(makeEntry(keyOf(i), options.body));
      bytes += entries.back()->footprint();
    }
    resident = residentBytes() - before;
    for (unsigned i = 0; i < options.threads; ++i) {
      work.push_back(operations(zipf, options.operations, i + 1));
    }
  }
  Zipf zipf;
  std::vector<EntryPtr> entries;
  std::size_t bytes = 0;                     ///< of all entries by footprint()
  double resident = 0;                       ///< what they added to the process
  std::vector<std::vector<Operation>> work;  ///< of each thread
};

bool isWanted(const std::string& only, std::string_view name) {
  std::istringstream wanted(only);
  for (std::string part; std::getline(wanted, part, ',');) {
    if (name.find(part) != std::string_view::npos) return true;
  }
  return only.empty();
}

using Make = std::function<std::unique_ptr<Subject>()>;

template <typename Cache, typename... Arguments>
Make maker(Arguments... arguments) {
  return [=] { return std::make_unique<Cache>(arguments...); };
}

/// Half above what the entries themselves take, so that uneven shards evict nothing where all
/// are to be held, and our own index, which counts with us alone, has its room.
std::vector<Make> makers(const Options& options, const World& world) {
  const double room = options.held * 1.5;
  const Capacity capacity{static_cast<std::size_t>(static_cast<double>(world.bytes) * room),
                          static_cast<std::size_t>(static_cast<double>(options.entries) * room)};
  return {
      maker<Ours>("forage lru", "lru", capacity),
      maker<Ours>("forage s3-fifo", "s3-fifo", capacity),
#ifdef FORAGE_HAS_ROCKSDB
      maker<HyperClock>(capacity),
      maker<RocksDbLru>(capacity),
#endif
#ifdef FORAGE_HAS_LEVELDB
      maker<LevelDb>(capacity),
#endif
      maker<MutexMapList>(capacity),
      maker<PocoLru>(capacity),
  };
}

/// The caches that are wanted, each filled. Says what that took.
std::vector<std::unique_ptr<Subject>> fill(const Options& options, const World& world) {
  const auto entries = static_cast<double>(world.entries.size());
  std::printf(
      "bytes of memory for each entry: %zu of key and body, %.0f by footprint(), %.0f of the "
      "process\n"
      "and besides, for being in the cache:",
      keyOf(0).size() + options.body, static_cast<double>(world.bytes) / entries,
      world.resident / entries);
  std::vector<std::unique_ptr<Subject>> subjects;
  for (const Make& make : makers(options, world)) {
    const double before = residentBytes();
    std::unique_ptr<Subject> subject = make();
    if (!isWanted(options.only, subject->name())) continue;
    for (const EntryPtr& entry : world.entries) subject->store(Key(entry->key()), entry);
    std::printf(" %s %.0f;", subject->name(), (residentBytes() - before) / entries);
    subjects.push_back(std::move(subject));
  }
  std::printf("\n");
  return subjects;
}

/// Returns the hits. Throws where an entry is another one than was asked for.
std::size_t runThrough(Subject& subject, const World& world, const std::vector<Operation>& work,
                       std::size_t count) {
  std::size_t hits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Operation& operation = work[i];
    if (operation.is_store) {
      subject.store(operation.key, world.entries[operation.number]);
      continue;
    }
    const int status = subject.find(operation.key);
    if (status == 0) continue;
    if (status != 200) throw std::runtime_error("a wrong entry");
    ++hits;
  }
  return hits;
}

/// Of each round.
struct Result {
  std::vector<double> rates;  ///< operations a second, in millions
  std::vector<double> costs;  ///< nanoseconds of processor time for each operation
  double hit_ratio = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Of what each round says, for rounds differ more than caches do.
double medianRatio(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < ours.size(); ++i) ratios.push_back(ours[i] / theirs[i]);
  return median(ratios);
}

double threadSeconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void measure(Subject& subject, const World& world, std::size_t threads, Result& result) {
  // Poco's takes ten times as long.
  const bool slow = std::string_view(subject.name()).starts_with("Poco");
  const std::size_t count = world.work[0].size() / (slow ? 10 : 1);
  std::atomic<std::size_t> hits{0};
  std::atomic<double> seconds{0};
  std::barrier begin(static_cast<std::ptrdiff_t>(threads) + 1);
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      // Others have used the processor's caches since this one had its turn.
      (void)runThrough(subject, world, world.work[i], count);
      begin.arrive_and_wait();
      const double before = threadSeconds();
      hits += runThrough(subject, world, world.work[i], count);
      seconds += threadSeconds() - before;
    });
  }
  begin.arrive_and_wait();
  const auto start = std::chrono::steady_clock::now();
  for (std::thread& thread : running) thread.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const double total = static_cast<double>(count * threads);
  result.rates.push_back(total / took.count() / 1e6);
  result.costs.push_back(seconds / total * 1e9);
  result.hit_ratio = static_cast<double>(hits) / (total * 0.9);
}

void print(const std::vector<std::unique_ptr<Subject>>& subjects,
           const std::vector<std::vector<Result>>& results) {
  for (std::size_t threads = 1; threads <= results.size(); ++threads) {
    const std::vector<Result>& row = results[threads - 1];
    std::printf("%zu thread%s\n%-26s %8s %8s %8s %8s %8s %14s %14s\n", threads,
                threads == 1 ? "" : "s", "cache", "Mops/s", "least", "most", "ns CPU", "hits",
                "1st is, rate", "1st is, CPU");
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      const auto [least, most] = std::minmax_element(row[i].rates.begin(), row[i].rates.end());
      std::printf("%-26s %8.2f %8.2f %8.2f %8.0f %8.3f %12.2f x %12.2f x\n", subjects[i]->name(),
                  median(row[i].rates), *least, *most, median(row[i].costs), row[i].hit_ratio,
                  medianRatio(row[0].rates, row[i].rates), medianRatio(row[i].costs, row[0].costs));
    }
  }
}

}  // namespace

int main(int count, char** words) {
  const Options options = parse(count, words);
  const World world(options);
  const std::vector<std::unique_ptr<Subject>> all = fill(options, world);
  std::vector<std::vector<Result>> results(options.threads, std::vector<Result>(all.size()));
  for (std::size_t round = 0; round < options.rounds; ++round) {
    for (std::size_t threads = 1; threads <= options.threads; ++threads) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        measure(*all[i], world, threads, results[threads - 1][i]);
      }
    }
  }
  print(all, results);
  return 0;
}
