// Fuzz target: whatever a file holds, the reader ends with an error or at its end, and what it took
// for entries comes back the same when it has been written. The first byte says in which form the
// rest is read: plain, as it is; in one gzip member; or in two.
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/warc/warc_text.h"
#include "support/fake_clock.h"
#include "warc/warc_writer.h"

namespace {

using forage::Entry;
using forage::EntryPtr;
using forage::warc::test::gzipped;
using forage::warc::test::Read;
using forage::warc::test::readAll;

std::string inForm(unsigned form, std::string_view bytes) {
  if (form == 1) return gzipped(bytes);
  if (form != 2) return std::string(bytes);
  const std::size_t middle = std::min(bytes.find("WARC/", 1), bytes.size());
  return gzipped(bytes.substr(0, middle)) + gzipped(bytes.substr(middle));
}

bool isSame(const Entry& a, const Entry& b) {
  return a.key() == b.key() && a.status() == b.status() && a.reason() == b.reason() &&
         a.headers().block() == b.headers().block() && a.body() == b.body() &&
         a.requested() == b.requested() && a.received() == b.received() &&
         a.expires() == b.expires() && a.variant() == b.variant();
}

std::vector<EntryPtr> throughAFile(const std::vector<EntryPtr>& entries) {
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("fuzz-" + std::to_string(::getpid()) + ".warc.gz");
  const forage::test::FakeClock clock;
  forage::warc::WarcWriter writer(file, clock);
  for (const EntryPtr& entry : entries) writer.write(*entry);
  writer.finish();
  forage::warc::WarcReader reader(file);
  std::vector<EntryPtr> back;
  while (EntryPtr entry = reader.next()) back.push_back(std::move(entry));
  std::filesystem::remove(file);
  return back;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Read read = readAll(inForm(data[0] % 4, bytes));
  if (read.entries.empty()) return 0;
  const std::vector<EntryPtr> back = throughAFile(read.entries);
  const bool same = std::equal(read.entries.begin(), read.entries.end(), back.begin(), back.end(),
                               [](const EntryPtr& a, const EntryPtr& b) { return isSame(*a, *b); });
  if (same) return 0;
  std::cerr << read.entries.size() << " entries written, " << back.size() << " came back\n";
  std::abort();
}
