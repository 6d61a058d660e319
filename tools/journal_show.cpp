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

auto stream_text(journal::stream_id stream) -> std::string {
  std::string text;
  switch (stream.kind) {
  case journal::stream_kind::event: domain::public_ids::append(text, domain::event_id{stream.id}); break;
  case journal::stream_kind::organisation: domain::public_ids::append(text, domain::organisation_id{stream.id}); break;
  case journal::stream_kind::queue: text = "queue/" + hex64(stream.id); break;
  case journal::stream_kind::payment: text = "pay/" + hex64(stream.id); break;
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

} // namespace

auto run_journal_show(const show_arguments& arguments) -> int {
  auto data = open_offline(arguments.data);
  if (!data) {
    return complain("journal show", data.error().detail, exit_does_not_hold);
  }
  auto opened = open_journal(*data);
  if (!opened) {
    return complain("journal show", opened.error().detail, exit_does_not_hold);
  }
  auto left = arguments.limit.value_or(UINT64_MAX);
  const auto print = [&left](std::span<const journal::record_view> records) {
    for (const auto& record : records) {
      if (left == 0) {
        return false;
      }
      --left;
      const auto text = line_of(record).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
      if (std::printf("%s\n", text.c_str()) < 0) {
        return false;
      }
    }
    return left != 0;
  };
  tl::expected<void, journal::failure> read;
  if (arguments.event.empty()) {
    read = read_all(**opened, print);
  } else {
    const auto event = parse_event_option(arguments.event);
    if (!event) {
      return complain("journal show", event.error().detail, exit_wrong_usage);
    }
    read = read_stream(**opened, {journal::stream_kind::event, event->value()}, arguments.from, print);
  }
  return read ? exit_ok : complain("journal show", read.error().detail, exit_does_not_hold);
}

} // namespace holdfast::tools
