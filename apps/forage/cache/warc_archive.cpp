#include "cache/warc_archive.h"

#include <utility>

#include "command_line.h"
#include "forage/error.h"
#include "warc/warc_reader.h"
#include "warc/warc_writer.h"

namespace forage::app {

namespace {

/// Runs `work`; what the library throws becomes a `Thrown`.
template <typename Thrown, typename Work>
auto as(const Work& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw Thrown(error.message());
  }
}

class Writer final : public EntryWriter {
 public:
  Writer(const std::string& file, const Clock& clock)
      : writer_(as<UsageError>([&] { return std::make_unique<warc::WarcWriter>(file, clock); })) {}

  void write(const Entry& entry) override {
    as<SinkError>([&] { writer_->write(entry); });
  }
  void finish() override {
    as<SinkError>([&] { writer_->finish(); });
  }

 private:
  std::unique_ptr<warc::WarcWriter> writer_;
};

class Reader final : public EntryReader {
 public:
  Reader(const std::string& file, const Job& job, Tell tell)
      : file_(file), tell_(std::move(tell)), reader_(open(file, job)) {}

  EntryPtr next() override {
    if (lost_) return nullptr;
    try {
      EntryPtr entry = reader_->next();
      // What was skipped is counted; of it, the first is told.
      const std::string& problem = reader_->counts().first_problem;
      if (!problem.empty() && !std::exchange(told_, true)) tell_(file_ + ": " + problem);
      return entry;
    } catch (const Error& error) {  // it cannot be followed any further
      lost_ = true;
      tell_(error.message());
      return nullptr;
    }
  }

  [[nodiscard]] std::uint64_t damaged() const noexcept override {
    const warc::ReadCounts& counts = reader_->counts();
    return counts.damaged + counts.too_large + counts.unresolved + (lost_ ? 1 : 0);
  }

 private:
  static std::unique_ptr<warc::WarcReader> open(const std::string& file, const Job& job) {
    warc::ReadOptions options;
    options.key_prefix = job.cache.key_prefix;
    options.max_body = job.fetch.limits.max_filesize;
    return as<UsageError>([&] { return std::make_unique<warc::WarcReader>(file, options); });
  }

  const std::string file_;
  const Tell tell_;
  std::unique_ptr<warc::WarcReader> reader_;
  bool told_ = false;
  bool lost_ = false;
};

}  // namespace

std::unique_ptr<EntryWriter> makeWarcWriter(const std::string& file, const Clock& clock) {
  return std::make_unique<Writer>(file, clock);
}

std::unique_ptr<EntryReader> makeWarcReader(const std::string& file, const Job& job,
                                            EntryReader::Tell tell) {
  return std::make_unique<Reader>(file, job, std::move(tell));
}

}  // namespace forage::app
