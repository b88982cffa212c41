// Which of several responses of one URL answers a request (RFC 9111, section 4.1). Pure;
// thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forage/message.h"

namespace forage::http {

/// What the fields that Vary of `response` names are in `request`, as a digest of hexadecimal
/// digits: equal digests mean matching requests. Values are compared without the differences that
/// mean nothing: white space around the elements of lists, and in lists of what is accepted all
/// that preferences() leaves out; where these are not well-formed, as they are. "" where there is
/// no Vary; nothing for "Vary: *", which no request matches, and for what names no fields.
[[nodiscard]] std::optional<std::string> selectingDigest(HeadersView response, HeadersView request);

/// A digest of 32 hexadecimal digits that tells nothing of `text`, for parts of keys.
[[nodiscard]] std::string opaqueDigest(std::string_view text);

}  // namespace forage::http
