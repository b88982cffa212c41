#include "cache/json_text.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>
#include <Poco/MemoryStream.h>

#include <array>
#include <sstream>

namespace forage::app {

namespace {

using ErrorHandler = Json::error_handler_t;

bool isUtf8(std::string_view text) {
  try {
    static_cast<void>(Json(text).dump(-1, ' ', false, ErrorHandler::strict));
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

}  // namespace

std::string jsonLine(const Json& json) {
  return json.dump(-1, ' ', true, ErrorHandler::replace) + '\n';
}

void putBytes(Json& object, const std::string& name, std::string_view text) {
  if (isUtf8(text)) {
    object[name] = text;
  } else {
    object[name + "_b64"] = base64Of(text);
  }
}

std::string base64Of(std::string_view bytes) {
  std::ostringstream out;
  Poco::Base64Encoder encoder(out);
  encoder.rdbuf()->setLineLength(0);
  encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  encoder.close();
  return std::move(out).str();
}

std::optional<std::string> bytesOfBase64(std::string_view base64) {
  // Poco's decoder skips white space, and takes a '=' anywhere for padding.
  const std::size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
  const std::string_view digits = base64.substr(0, base64.size() - padding);
  if (base64.size() % 4 != 0 || digits.find_first_of("= \t\r\n") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve(base64.size() / 4 * 3);
  Poco::MemoryInputStream in(base64.data(), static_cast<std::streamsize>(base64.size()));
  Poco::Base64Decoder decoder(in);
  std::array<char, 8192> piece;
  while (decoder.good()) {
    decoder.read(piece.data(), piece.size());
    bytes.append(piece.data(), static_cast<std::size_t>(decoder.gcount()));
  }
  if (decoder.bad()) return std::nullopt;
  if (bytes.size() + padding != base64.size() / 4 * 3) return std::nullopt;
  return bytes;
}

}  // namespace forage::app
