// Sees what the pipeline makes of what is stored, before it acts on that: for `forage explain`.
#pragma once

#include "http/reuse.h"
#include "visit/trip.h"

namespace forage::visit {

class Witness {
 public:
  virtual ~Witness() = default;
  /// trip.found has been judged.
  virtual void judged(const Trip& trip, const http::Judgement& judged) = 0;
};

}  // namespace forage::visit
