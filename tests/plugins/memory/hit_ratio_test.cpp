// How much each policy keeps of a trace that is the same every time: pages as popular as Zipf's law
// makes them, with and without scans of pages that never come again.
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "memory_fixture.h"

namespace forage::test {
namespace {

constexpr unsigned kPages = 10'000;
constexpr int kRequests = 60'000;
/// As many as a scan has pages; four times as many requests lie between two scans.
constexpr int kScan = 2000;
constexpr std::size_t kBody = 600;

class HitRatio : public MemoryCache {
 protected:
  /// Room for a tenth of all pages, with 92 bytes for what is counted beside each.
  void open(const std::string& policy) {
    requests_ = 0;
    hits_ = 0;
    const EntryPtr one = conformance::makeEntry("url:http://h/12345", std::string(kBody, 'x'));
    MemoryCache::open(kPages / 10 * (one->footprint() + 92), policy);
  }

  void request(unsigned page) {
    const Key key = keyOf(static_cast<int>(page));
    ++requests_;
    if (has(key)) {
      ++hits_;
    } else {
      store(key, kBody);
    }
  }

  double run(const std::string& policy, bool with_scans) {
    open(policy);
    std::mt19937_64 random(1);
    unsigned fresh = kPages;
    for (int i = 1; requests_ < kRequests; ++i) {
      request(zipf(random));
      if (!with_scans || i % (4 * kScan) != 0) continue;
      for (int j = 0; j < kScan; ++j) request(fresh++);
    }
    EXPECT_NEAR(static_cast<double>(stats().entries), kPages / 10.0, kPages / 250.0);
    EXPECT_EQ(stats().hits, static_cast<std::uint64_t>(hits_));
    return static_cast<double>(hits_) / requests_;
  }

 private:
  static std::vector<double> sums() {
    std::vector<double> sums;
    double sum = 0;
    for (unsigned i = 1; i <= kPages; ++i) sums.push_back(sum += std::pow(i, -0.8));
    return sums;
  }
  unsigned zipf(std::mt19937_64& random) const {
    // Not std::uniform_real_distribution, which is another one elsewhere.
    const double at = sums_.back() * static_cast<double>(random() >> 11) * 0x1p-53;
    return static_cast<unsigned>(std::upper_bound(sums_.begin(), sums_.end(), at) - sums_.begin());
  }

  const std::vector<double> sums_ = sums();
  int requests_ = 0;
  int hits_ = 0;
};

// The models of benchmarks/caches/policies.h say: over 1,000 entries, this very trace.
TEST_F(HitRatio, OfLruIsThatOfItsModel) {
  EXPECT_NEAR(run("lru", false), 0.4315, 0.01);
  EXPECT_NEAR(run("lru", true), 0.3306, 0.01);
}

TEST_F(HitRatio, OfS3FifoIsThatOfItsModel) {
  EXPECT_NEAR(run("s3-fifo", false), 0.5139, 0.01);
  EXPECT_NEAR(run("s3-fifo", true), 0.4079, 0.01);
}

}  // namespace
}  // namespace forage::test
