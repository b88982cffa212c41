// Which header fields a cache keeps (RFC 9111, section 3.1), and how a 304 changes them (section
// 3.2). Pure; thread-safe.
#pragma once

#include "forage/message.h"

namespace forage::http {

/// What every response is looked through for.
struct HeadMarks {
  bool for_connection = false;  ///< has fields that are for one connection only
  bool is_coded = false;        ///< has a Content-Encoding
  bool varies = false;          ///< has a Vary
};

/// Finds all of it in one pass.
[[nodiscard]] HeadMarks markHead(HeadersView headers) noexcept;

/// Whether `headers` have fields that are for one connection only: Connection and what it lists,
/// Keep-Alive, Proxy-Authenticate and the like.
[[nodiscard]] inline bool hasConnectionFields(HeadersView headers) noexcept {
  return markHead(headers).for_connection;
}

/// Drops those fields.
void dropConnectionFields(Headers& headers);

/// `headers` field by field: behind a line that is no field, which a store may have given, nothing
/// is read.
[[nodiscard]] Headers copied(HeadersView headers);

/// `stored` with the fields of `update` in place of its own of the same name. Those that describe
/// the stored body stay as they are: Content-Length, Content-Encoding, Content-Range. Age and Date
/// are those of `update` or none: with the old ones it would seem as old as before.
[[nodiscard]] Headers updatedFields(HeadersView stored, HeadersView update);

}  // namespace forage::http
