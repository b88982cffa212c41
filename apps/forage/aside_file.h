// Bytes that are put aside in a file without a name, and read back later. It is made at the first
// use in TMPDIR, or else in /var/tmp, which unlike /tmp is no memory, and is gone with the process,
// however that ends. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace forage::app {

class AsideFile final {
 public:
  struct Piece {
    std::uint64_t at = 0;
    std::uint64_t size = 0;
  };

  AsideFile() = default;
  ~AsideFile();
  AsideFile(const AsideFile&) = delete;
  AsideFile& operator=(const AsideFile&) = delete;

  /// Puts `first` and then `second` aside, as one piece. Throws SinkError, with the folder.
  [[nodiscard]] Piece put(std::string_view first, std::string_view second);
  /// Hands `piece` to `write`, in parts; whatever that throws passes through. It is of no more use
  /// then, and the file has no bytes once no piece is. Throws SinkError.
  void take(const Piece& piece, const std::function<void(std::string_view)>& write);

 private:
  void open();
  void append(std::string_view bytes);
  [[noreturn]] void fail(const char* what) const;

  int fd_ = -1;
  std::string folder_;
  std::uint64_t end_ = 0;
  std::size_t pieces_ = 0;
};

}  // namespace forage::app
