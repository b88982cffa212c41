// A sink: a line per URL, with tabs between its columns, ready for cut, sort and spreadsheets.
#include <forage/plugin.h>

#include <fstream>

namespace {

class TableSink final : public forage::Sink {
 public:
  explicit TableSink(const std::string& file) : file_(file), out_(file) {}

  void accept(const forage::Visit& visit) override {
    // A canonical URL holds no tab; one that is no URL is shown as it was written.
    if (visit.url.find_first_of("\t\n") != std::string::npos) return;
    out_ << forage::toString(visit.outcome) << '\t' << visit.status() << '\t'
         << visit.content().size() << '\t' << visit.url << '\n';
    if (!out_) throw forage::SinkError(file_ + ": cannot be written");
  }

  void close() override {
    out_.close();
    if (!out_) throw forage::SinkError(file_ + ": cannot be written");
  }

 private:
  const std::string file_;
  std::ofstream out_;
};

constexpr forage::OptionInfo kOptions[] = {
    {"file", "text", "", "File to write; a job's is relative to the job file", true},
};

std::unique_ptr<forage::Sink> make(const forage::Settings& settings, const forage::PluginContext&) {
  if (settings.text("file", "").empty()) settings.fail("file", "wants a file");
  return std::make_unique<TableSink>(settings.text("file", ""));
}

constexpr forage::PluginInfo kInfo{.name = "table",
                                   .version = "1.0",
                                   .summary = "Writes a line of columns per URL",
                                   .options = kOptions,
                                   .make_sink = make};

}  // namespace

FORAGE_PLUGIN(kInfo)
