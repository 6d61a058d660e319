#include "domain/public_id.hpp"
#include "journal/checksum.hpp"
#include "journal/codec.hpp"
#include "journal/facts.pb.h"
#include "tools/console.hpp"
#include "tools/journal_command.hpp"
#include "tools/offline_data.hpp"

#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <utility>

namespace holdfast::tools {
namespace {

using nlohmann::ordered_json;

constexpr const char* show_name = "journal show";

auto stream_text(journal::stream_id stream) -> std::string {
  std::string text;
  switch (stream.kind) {
  case journal::stream_kind::event: domain::public_ids::append(text, domain::event_id{stream.id}); break;
  case journal::stream_kind::organisation: domain::public_ids::append(text, domain::organisation_id{stream.id}); break;
  case journal::stream_kind::queue:
    text = "queue/";
    domain::public_ids::append(text, domain::event_id{stream.id});
    break;
  case journal::stream_kind::payment:
    text = "pay/";
    domain::public_ids::append(text, domain::event_id{stream.id});
    break;
  case journal::stream_kind::system: text = "sys/" + hex64(stream.id); break;
  }
  return text;
}

/// The payload as Protocol Buffers' own JSON mapping has it; null when it is not what its type says.
auto payload_json(const journal::record_view& record) -> ordered_json {
  wire::Fact fact;
  const auto* field = wire::Fact::descriptor()->FindFieldByNumber(record.header.type);
  if (field == nullptr) {
    return nullptr;
  }
  auto* message = wire::Fact::GetReflection()->MutableMessage(&fact, field);
  std::string text;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!message->ParseFromArray(record.payload.data(), static_cast<int>(record.payload.size())) ||
      !google::protobuf::util::MessageToJsonString(*message, &text, options).ok()) {
    return nullptr;
  }
  return ordered_json::parse(text, nullptr, false);
}

auto line_of(const journal::record_view& record) -> ordered_json {
  const auto& header = record.header;
  ordered_json line;
  line["stream"] = stream_text(header.stream);
  line["seq"] = header.seq;
  line["type"] = journal::fact_name(header.type);
  line["version"] = header.version;
  line["time"] = time_text(header.time.unix_ms);
  line["epoch"] = header.epoch;
  line["more_of_command"] = (header.flags & journal::record_flag::command_continues) != 0;
  line["command"] = hex64(header.command.key) + hex64(header.command.request);
  line["trace_id"] = hex64(header.trace.high) + hex64(header.trace.low);
  line["hash"] = journal::hex(journal::hash_record(record.bytes));
  line["fact"] = payload_json(record);
  return line;
}

/// Prints facts as they are read: a line each, or the elements of one document. A document that trouble cuts short stays unfinished, so
/// that nobody takes it for a whole one.
class fact_printer {
 public:
  fact_printer(bool as_document, std::uint64_t limit) : as_document_{as_document}, left_{limit} {}

  /// Whether more is wanted.
  auto print(std::span<const journal::record_view> records) -> bool {
    for (const auto& record : records) {
      if (left_ == 0) {
        return false;
      }
      --left_;
      const auto text = line_of(record).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
      if (std::printf("%s%s%s", before_fact(), text.c_str(), as_document_ ? "" : "\n") < 0) {
        return false;
      }
    }
    return left_ != 0;
  }

  void finish() {
    if (as_document_) {
      std::printf("%s]}\n", any_ ? "\n" : "{\"facts\":[");
    }
  }

 private:
  auto before_fact() -> const char* {
    if (!as_document_) {
      return "";
    }
    return std::exchange(any_, true) ? ",\n" : "{\"facts\":[\n";
  }

  bool as_document_;
  std::uint64_t left_;
  bool any_ = false;
};

/// The stream of an event that is in this journal.
auto stream_of(journal::journal& from, const std::string& event) -> tl::expected<journal::stream_id, journal::failure> {
  const auto id = parse_event_option(event);
  if (!id) {
    return tl::unexpected{id.error()};
  }
  const journal::stream_id stream{journal::stream_kind::event, id->value()};
  const auto head = from.head(stream);
  if (!head || head->seq == 0) {
    return tl::unexpected{head ? journal::failure{journal::failure_kind::not_found, event + " is not in this journal"}
                               : head.error()};
  }
  return stream;
}

} // namespace

auto run_journal_show(const show_arguments& arguments) -> int {
  auto data = open_offline(arguments.data, arguments.marks);
  if (!data) {
    return complain(show_name, data.error().detail, exit_does_not_hold);
  }
  auto opened = open_journal(*data);
  if (!opened) {
    return complain(show_name, opened.error().detail, exit_does_not_hold);
  }
  fact_printer printer{arguments.as_json, arguments.limit.value_or(UINT64_MAX)};
  const auto print = [&printer](std::span<const journal::record_view> records) { return printer.print(records); };
  tl::expected<void, journal::failure> read;
  if (arguments.event.empty()) {
    read = read_all(**opened, print);
  } else {
    const auto stream = stream_of(**opened, arguments.event);
    if (!stream) {
      const auto& why = stream.error();
      return complain(show_name, why.detail,
                      why.kind == journal::failure_kind::invalid ? exit_wrong_usage : exit_does_not_hold);
    }
    const auto kind = arguments.payments ? journal::stream_kind::payment
                      : arguments.queue  ? journal::stream_kind::queue
                                         : stream->kind;
    read = read_stream(**opened, {kind, stream->id}, arguments.from, print);
  }
  if (!read) {
    return complain(show_name, read.error().detail, exit_does_not_hold);
  }
  printer.finish();
  return exit_ok;
}

} // namespace holdfast::tools
