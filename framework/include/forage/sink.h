// Sink: a plug point. Takes every visit of a run, in order of completion. Called by one thread,
// which is none of the group threads; a slow sink slows the run through a bounded queue and blocks
// nobody.
#pragma once

#include "forage/error.h"
#include "forage/export.h"
#include "forage/visit.h"

namespace forage {

class FORAGE_API Sink {
 public:
  virtual ~Sink();
  /// Takes one visit; what it wants to keep it copies, or shares `visit.response`.
  /// Throws SinkError: stops the run.
  virtual void accept(const Visit& visit) = 0;
  /// Called some 100 ms after visits were accepted: makes them visible to others. Throws SinkError.
  virtual void flush() {}
  /// Called once after the last visit: everything accepted is durable when it returns.
  /// Throws SinkError.
  virtual void close() = 0;
};

}  // namespace forage
