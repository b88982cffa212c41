// The memory cache begins with a WARC file and records one, through the real shared object.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "forage/error.h"
#include "memory_fixture.h"
#include "support/temporary_folder.h"
#include "warc/warc_writer.h"

namespace forage::test {
namespace {

using conformance::expectSame;
using conformance::makeEntry;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

class Snapshot : public testing::Test {
 protected:
  /// Makes the cache with `snapshot`, as the job file job.toml in the folder would.
  void open(bool record = false, std::size_t max_size = kMiB) {
    Settings::Values values;
    values["max_size"] = {static_cast<std::int64_t>(max_size), "job.toml:2:1"};
    values["snapshot"] = {name_, "job.toml:3:1", folder_.path().string()};
    values["record"] = {record, "job.toml:4:1"};
    cache_ = loadPlugin("memory").make_cache(Settings("cache.memory", std::move(values)), {clock_});
  }
  std::string errorOf(bool record = false, std::size_t max_size = kMiB) {
    try {
      open(record, max_size);
      return "";
    } catch (const ConfigError& error) {
      return error.message();
    }
  }
  std::string flushErrorOf() {
    try {
      cache_->flush();
      return "";
    } catch (const CacheError& error) {
      return error.message();
    }
  }
  void write(const std::vector<EntryPtr>& entries) const {
    warc::WarcWriter writer(file(), clock_);
    for (const EntryPtr& entry : entries) writer.write(*entry);
    writer.finish();
  }
  void keep(const EntryPtr& entry, Millis lifetime = kForever) {
    const Keep item{Key(entry->key()), entry, lifetime};
    cache_->store({&item, 1});
  }
  EntryPtr find(const Key& key) {
    EntryPtr found;
    cache_->find({&key, 1}, {&found, 1});
    return found;
  }
  /// An entry that expires a minute from now.
  EntryPtr mortal(const Key& key) const {
    const WallTime now = clock_.wallNow();
    return std::make_shared<const Entry>(key, Response{200, "OK", {}, "page"}, now, now,
                                         now + std::chrono::minutes(1));
  }
  std::uint64_t more(const std::string& name) const {
    for (const auto& [each, count] : cache_->stats().more) {
      if (each == name) return count;
    }
    return UINT64_MAX;
  }
  std::filesystem::path file() const { return folder_.path() / name_; }
  std::string bytes() const {
    std::ifstream in(file(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TemporaryFolder folder_;
  std::string name_ = "site.warc.gz";
  FakeClock clock_;
  std::unique_ptr<Cache> cache_;
};

TEST_F(Snapshot, IsWhatTheCacheBeginsWith) {
  const EntryPtr entry = makeEntry(keyOf(1), "page");
  write({entry, makeEntry(keyOf(2), "another")});
  open();
  EXPECT_TRUE(cache_->answersWithoutIo());
  expectSame(find(keyOf(1)), entry);
  EXPECT_EQ(cache_->stats().entries, 2u);
  EXPECT_EQ(more("snapshot_responses"), 2u);
  EXPECT_EQ(more("snapshot_passed"), 1u);
}

TEST_F(Snapshot, DoesNotExpireWhereItIsReplayed) {
  write({mortal(keyOf(1))});
  clock_.advance(std::chrono::hours(24 * 365));
  open();
  EXPECT_NE(find(keyOf(1)), nullptr);
}

TEST_F(Snapshot, IsLeftAloneWhereNothingIsToBeRecorded) {
  write({makeEntry(keyOf(1), "page")});
  const std::string before = bytes();
  open();
  keep(makeEntry(keyOf(2), "page"));
  cache_->flush();
  EXPECT_EQ(bytes(), before);
}

TEST_F(Snapshot, HoldsAfterAFlushWhatTheCacheHolds) {
  write({makeEntry(keyOf(1), "old"), makeEntry(keyOf(2), "old"), makeEntry(keyOf(3), "old")});
  open(true);
  keep(makeEntry(keyOf(2), "new"));
  keep(makeEntry(keyOf(4), "new"));
  const Key erased = keyOf(3);
  EXPECT_EQ(cache_->erase({&erased, 1}), 1u);
  cache_->flush();
  open();
  EXPECT_EQ(find(keyOf(1))->body(), "old");
  EXPECT_EQ(find(keyOf(2))->body(), "new");
  EXPECT_EQ(find(keyOf(3)), nullptr);
  EXPECT_EQ(find(keyOf(4))->body(), "new");
}

TEST_F(Snapshot, HoldsPartsAndHeads) {
  open(true);
  keep(makeEntry(keyOf(1) + "#head", ""));
  keep(makeEntry(keyOf(1) + "#part", "part", 206));
  cache_->flush();
  open();
  EXPECT_NE(find(keyOf(1) + "#head"), nullptr);
  EXPECT_EQ(find(keyOf(1) + "#part")->status(), 206);
  EXPECT_EQ(find(keyOf(1)), nullptr);
}

TEST_F(Snapshot, IsMadeWhereThereIsNone) {
  open(true);
  EXPECT_EQ(cache_->stats().entries, 0u);
  keep(makeEntry(keyOf(1), "page"));
  EXPECT_FALSE(std::filesystem::exists(file()));
  cache_->flush();
  open();
  EXPECT_EQ(cache_->stats().entries, 1u);
}

TEST_F(Snapshot, LosesWhatHasExpiredWhereItIsRecordedAnew) {
  write({mortal(keyOf(1)), makeEntry(keyOf(2), "page")});
  clock_.advance(std::chrono::minutes(2));
  open(true);
  EXPECT_EQ(find(keyOf(1)), nullptr);
  EXPECT_NE(find(keyOf(2)), nullptr);
}

TEST_F(Snapshot, TakesTheEndsOfTimeForWhatTheyAre) {
  const auto entry = [](const Key& key, WallTime time) {
    return std::make_shared<const Entry>(key, Response{200, "OK", {}, "page"}, time, time, time);
  };
  write({entry(keyOf(1), WallTime::min()), entry(keyOf(2), WallTime::max() - Millis(1))});
  open(true);
  EXPECT_EQ(find(keyOf(1)), nullptr);
  EXPECT_NE(find(keyOf(2)), nullptr);
}

TEST_F(Snapshot, KeepsLifetimesWhileItRecords) {
  write({mortal(keyOf(1))});
  open(true);
  EXPECT_NE(find(keyOf(1)), nullptr);
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(find(keyOf(1)), nullptr);
}

TEST_F(Snapshot, OfTheSameEntriesIsTheSameFile) {
  name_ = "site.warc";
  const auto record = [this](int from, int to) {
    std::filesystem::remove(file());
    open(true);
    for (int i = from; i != to; i += from < to ? 1 : -1) keep(makeEntry(keyOf(i), "page"));
    cache_->flush();
    return bytes().substr(bytes().find("\r\n\r\nWARC/"));  // after the warcinfo record
  };
  EXPECT_EQ(record(0, 50), record(49, -1));
}

TEST_F(Snapshot, TellsHowManyEntriesItLacks) {
  open(true, 64 * kKiB);
  for (int i = 0; i < 10; ++i) keep(makeEntry(keyOf(i), std::string(10 * kKiB, 'x')));
  const std::uint64_t lost = cache_->stats().evictions;
  ASSERT_GT(lost, 0u);
  EXPECT_EQ(flushErrorOf(), file().string() + " lacks " + std::to_string(lost) +
                                " entries for which max_size = 64KiB had no room");
  open();
  EXPECT_EQ(cache_->stats().entries, 10 - lost);
}

TEST_F(Snapshot, LacksNothingWhereWhatWasToComeIsThereAlready) {
  write({makeEntry(keyOf(1), "old")});
  open(true);
  const Keep item{keyOf(1), makeEntry(keyOf(1), "new"), kForever, true};
  cache_->store({&item, 1});
  EXPECT_EQ(flushErrorOf(), "");
  open();
  EXPECT_EQ(find(keyOf(1))->body(), "old");
}

TEST_F(Snapshot, IsRefusedWhereItHoldsMoreThanThereIsRoomFor) {
  std::vector<EntryPtr> entries;
  for (int i = 0; i < 10; ++i) entries.push_back(makeEntry(keyOf(i), std::string(10 * kKiB, 'x')));
  write(entries);
  EXPECT_EQ(errorOf(false, 64 * kKiB),
            "job.toml:3:1: cache.memory.snapshot: " + file().string() +
                ": holds more than max_size = 64KiB has room for; a larger max_size is wanted");
  write({makeEntry(keyOf(1), std::string(2 * kMiB, 'x'))});
  EXPECT_THAT(errorOf(), HasSubstr("holds more than max_size = 1MiB has room for"));
}

TEST_F(Snapshot, IsWantedWhereItIsNotRecorded) {
  EXPECT_EQ(errorOf(), "job.toml:3:1: cache.memory.snapshot: " + file().string() +
                           ": no such file; record = true makes it");
}

TEST_F(Snapshot, IsRefusedWithTheByteWhereItIsDamaged) {
  std::ofstream(file(), std::ios::binary) << "WARC/1.1\r\nWARC-Type: resp";
  EXPECT_EQ(errorOf(), "job.toml:3:1: cache.memory.snapshot: " + file().string() +
                           ": byte 0: the record header is cut off");
  EXPECT_EQ(errorOf(true), errorOf());
}

TEST_F(Snapshot, WhoseFolderCannotBeWrittenIsRefusedBeforeTheRun) {
  name_ = "none/site.warc";
  EXPECT_EQ(errorOf(true), "job.toml:3:1: cache.memory.snapshot: " + file().string() +
                               ": cannot be written: the folder " + file().parent_path().string() +
                               ": No such file or directory");
}

TEST_F(Snapshot, ThatCannotBeWrittenAfterAllIsACacheError) {
  std::filesystem::create_directory(folder_.path() / "gone");
  name_ = "gone/site.warc";
  open(true);
  std::filesystem::remove(folder_.path() / "gone");
  EXPECT_THAT(flushErrorOf(), AllOf(testing::StartsWith("the snapshot is not recorded: "),
                                    EndsWith(": cannot be written: No such file or directory")));
}

TEST_F(Snapshot, CountsDamagedRecordsThatItLeavesOut) {
  name_ = "site.warc";
  write({makeEntry(keyOf(1), "page one"), makeEntry(keyOf(2), "page two")});
  std::string text = bytes();
  text.replace(text.find("page one"), 8, "page 0ne");
  std::ofstream(file(), std::ios::binary) << text;
  open();
  EXPECT_EQ(find(keyOf(1)), nullptr);
  EXPECT_NE(find(keyOf(2)), nullptr);
  EXPECT_EQ(cache_->stats().damaged, 1u);
}

TEST_F(Snapshot, IsWantedByRecord) {
  Settings::Values values;
  values["record"] = {true, "job.toml:4:1"};
  try {
    (void)loadPlugin("memory").make_cache(Settings("cache.memory", std::move(values)), {clock_});
    FAIL() << "no error";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.message(),
              "job.toml:4:1: cache.memory.record: wants snapshot, the file to record into");
  }
}

}  // namespace
}  // namespace forage::test
