#include "visit/asked.h"

#include "http/validation.h"

namespace forage::visit {

void readWants(Asked& asked) {
  const RequestSpec& spec = asked.spec;
  asked.wants = http::readCacheControl(spec.headers, true);
  asked.is_cacheable = (spec.method == "GET" || spec.method == "HEAD") && spec.body.empty() &&
                       !http::asksServerAlone(spec.headers);
  const bool may_have_part = asked.is_cacheable && spec.method == "GET";
  asked.range = may_have_part ? http::readRange(spec.headers) : std::nullopt;
}

void prepareFields(Trip& trip, const Headers& usual) {
  trip.fields = trip.asked->spec.headers;
  const bool part = trip.fields.find("Range").has_value();
  for (const HeaderField& field : usual) {
    if (trip.fields.find(field.name)) continue;
    // A part of a coded body is of no use to anybody.
    const bool coding = part && equalsIgnoreCase(field.name, "Accept-Encoding");
    trip.fields.add(field.name, coding ? std::string_view("identity") : field.value);
  }
}

}  // namespace forage::visit
