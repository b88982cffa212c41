// How far a parser that is fed in pieces has come.
#pragma once

namespace forage::net {

enum class Progress {
  kMore,    ///< all bytes were taken, and more are needed
  kDone,    ///< complete; bytes after it were left
  kFailed,  ///< the bytes are refused
};

}  // namespace forage::net
