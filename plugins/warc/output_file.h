// OutputFile: a WARC file as it is written, record by record, plain or a gzip member each. It lies
// beside its place until commit(), under a name of its own. Not thread-safe.
#pragma once

#include <zlib.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace forage::warc {

class OutputFile final {
 public:
  /// A link is followed, not replaced. Throws Error, as do all others here: "FILE: cannot be
  /// written: why".
  explicit OutputFile(const std::filesystem::path& file);
  /// Removes what was not committed.
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Part of a record.
  void write(std::string_view bytes);
  void endRecord();
  /// Makes the file durable and puts it in its place.
  void commit();

 private:
  void open();
  void deflateAll(std::string_view bytes, int flush);
  void buffer(std::string_view bytes);
  void writeOut(std::string_view bytes);
  [[noreturn]] void fail(int error) const;

  std::filesystem::path file_;
  std::string temporary_;  // "" once it has become the file
  const bool gzip_;
  int fd_ = -1;
  std::string buffer_;
  z_stream stream_{};
};

}  // namespace forage::warc
