// forage-origin: the origin server as a program. Ends cleanly on SIGINT and SIGTERM.
#include <Poco/Exception.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "origin/origin_server.h"

namespace {

using Poco::Util::Option;

constexpr int kBadCommandLine = 2;

struct CommandLine {
  forage::OriginOptions origin;
  bool help = false;
};

Poco::Util::OptionSet knownOptions() {
  Poco::Util::OptionSet options;
  options.addOption(
      Option("host", "", "numeric address to listen on (127.0.0.1)", false, "ADDRESS", true));
  options.addOption(Option("port", "", "port to listen on (any free one)", false, "PORT", true));
  options.addOption(Option("delay-unit", "",
                           "what a second of /delay and /drip takes, in milliseconds (1000)", false,
                           "MS", true));
  options.addOption(Option("help", "h", "show this", false));
  return options;
}

unsigned numberOf(const std::string& name, const std::string& text, unsigned most) {
  unsigned value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value > most) {
    throw Poco::InvalidArgumentException("--" + name + " takes a number up to " +
                                         std::to_string(most));
  }
  return value;
}

void take(CommandLine& line, const std::string& name, const std::string& value) {
  if (name == "help") line.help = true;
  if (name == "host") line.origin.host = value;
  if (name == "port") line.origin.port = static_cast<std::uint16_t>(numberOf(name, value, 65'535));
  if (name == "delay-unit") {
    line.origin.delay_unit = std::chrono::milliseconds(numberOf(name, value, 3'600'000));
  }
}

CommandLine parse(const Poco::Util::OptionSet& options, int argc, char** argv) {
  CommandLine line;
  Poco::Util::OptionProcessor processor(options);
  processor.setUnixStyle(true);
  for (int i = 1; i < argc; ++i) {
    std::string name;
    std::string value;
    if (!processor.process(argv[i], name, value)) {
      throw Poco::InvalidArgumentException(std::string("what is ") + argv[i]);
    }
    // Empty: the value is the next word.
    if (!name.empty()) take(line, name, value);
  }
  processor.checkRequired();  // finds an option without its value, too
  return line;
}

void showHelp(const Poco::Util::OptionSet& options) {
  Poco::Util::HelpFormatter formatter(options);
  formatter.setCommand("forage-origin");
  formatter.setUsage("[--host ADDRESS] [--port PORT] [--delay-unit MS]");
  formatter.setHeader(
      "Serves what scrapers are tried on: /delay/N, /status/N, /page/N and others.");
  formatter.setUnixStyle(true);
  formatter.format(std::cout);
}

int serve(const forage::OriginOptions& options) {
  // Before there are threads, so that all of them leave the signals to sigwait.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  forage::OriginServer server(options);
  server.start();
  std::cout << "Listening on " << server.url() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  server.stop();
  const forage::OriginStats stats = server.stats();
  std::cout << "Served " << stats.requests << " requests on " << stats.connections
            << " connections, at most " << stats.max_concurrent << " at once." << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Poco::Util::OptionSet options = knownOptions();
    CommandLine line;
    try {
      line = parse(options, argc, argv);
    } catch (const Poco::Exception& error) {
      std::cerr << "forage-origin: " << error.displayText() << "\n";
      return kBadCommandLine;
    }
    if (line.help) {
      showHelp(options);
      return 0;
    }
    return serve(line.origin);
  } catch (const std::exception& error) {
    std::cerr << "forage-origin: " << error.what() << "\n";
    return 1;
  }
}
