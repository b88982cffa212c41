#include "cache/json_text.h"

#include <Poco/Base64Encoder.h>

#include <sstream>

#include "forage/json_text.h"

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
  return base64.size() % 4 == 0 ? decodeBase64(base64) : std::nullopt;
}

}  // namespace forage::app
