#include "config/node.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace forage::config {

namespace {

bool isBare(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::string number(double value) {
  std::array<char, 32> buffer{};
  const int size = std::snprintf(buffer.data(), buffer.size(), "%.15g", value);
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

void append(std::string& out, const Node& node);

void appendList(std::string& out, const Node::List& items) {
  out += '[';
  for (const Node& item : items) {
    if (&item != &items.front()) out += ", ";
    append(out, item);
  }
  out += ']';
}

void appendTable(std::string& out, const Node::Table& members) {
  out += '{';
  bool first = true;
  for (const auto& [key, member] : members) {
    if (!first) out += ", ";
    first = false;
    out += dottedKey(key) + " = ";
    append(out, member);
  }
  out += '}';
}

void append(std::string& out, const Node& node) {
  if (const auto* flag = std::get_if<bool>(&node.data)) {
    out += *flag ? "true" : "false";
  } else if (const auto* integer = std::get_if<std::int64_t>(&node.data)) {
    out += std::to_string(*integer);
  } else if (const auto* real = std::get_if<double>(&node.data)) {
    out += number(*real);
  } else if (const std::string* text = node.text()) {
    out += tomlString(*text);
  } else if (const Node::List* items = node.list()) {
    appendList(out, *items);
  } else if (const Node::Table* members = node.table()) {
    appendTable(out, *members);
  }
}

}  // namespace

std::string_view kindOf(const Node& node) noexcept {
  constexpr std::array<std::string_view, 7> kKinds{
      "true or false", "a whole number", "a number", "text", "a date or time", "a list", "a table"};
  return kKinds[node.data.index()];
}

std::string toToml(const Node& node) {
  std::string out;
  append(out, node);
  return out;
}

std::string tomlString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      std::array<char, 8> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned char>(c));
      out += buffer.data();
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string dottedKey(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), isBare) ? std::string(key)
                                                                     : tomlString(key);
}

}  // namespace forage::config
