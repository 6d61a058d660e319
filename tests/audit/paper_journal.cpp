#include "tests/audit/paper_journal.hpp"

#include "journal/checksum.hpp"
#include "journal/codec.hpp"

#include <algorithm>
#include <utility>

namespace holdfast::testing {

namespace audit = journal::audit;

namespace {

template <class Number>
void put(std::string& to, Number value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    to += static_cast<char>(value >> (8 * i));
  }
}

void put(std::string& to, const audit::hash_bytes& hash) {
  to.append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

} // namespace

auto paper_journal::add(stream to, domain::fact_body body, domain::instant time, domain::command_id command,
                        bool continues) -> std::uint64_t {
  auto& lines = lines_[to];
  lines.push_back({std::move(body), time, command, continues, 1, {}, {}, {}, {}, {}});
  return lines.size();
}

auto paper_journal::at(stream of, std::uint64_t seq) -> line& {
  return lines_.at(of).at(seq - 1);
}

auto paper_journal::size(stream of) const -> std::uint64_t {
  return lines_.at(of).size();
}

void paper_journal::erase(stream of, std::uint64_t seq) {
  auto& lines = lines_.at(of);
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(seq - 1));
}

void paper_journal::seal_stream(stream of, std::vector<sealed>& all) {
  audit::stored_head head;
  domain::instant newest;
  for (const auto& each : lines_.at(of)) {
    journal::record_header header;
    header.type = each.type.value_or(journal::fact_type(each.body));
    header.version = each.version.value_or(std::uint16_t{1});
    header.flags = each.continues ? journal::record_flag::command_continues : std::uint8_t{0};
    header.stream = each.stream.value_or(journal::stream_id{static_cast<journal::stream_kind>(of.kind), of.id});
    header.seq = each.seq.value_or(head.seq + 1);
    header.epoch = each.epoch;
    header.time = each.time;
    header.command = each.command;
    header.previous = head.hash;
    std::string payload;
    if (each.payload) {
      payload = *each.payload;
    } else {
      journal::encode_fact(each.body, payload);
    }
    std::string bytes;
    head = {head.seq + 1, journal::encode_record(header, payload, bytes), each.time.unix_ms, 0};
    records[of][head.seq] = std::move(bytes);
    newest = std::max(newest, each.time);
    all.push_back({of, head.seq, head.hash, newest});
  }
  stored_heads[of] = head;
}

/// A commit for each record: the strictest index there is.
void paper_journal::commit(const sealed& what) {
  const auto previous = stored_commits.empty() ? audit::hash_bytes{} : stored_commits.back().hash;
  const auto position = static_cast<std::uint64_t>(stored_commits.size() + 1);
  std::string covered;
  put(covered, previous);
  put(covered, position);
  put(covered, what.of.kind);
  put(covered, what.of.id);
  put(covered, what.seq);
  put(covered, std::uint32_t{1});
  put(covered, what.hash);
  stored_commits.push_back({position, journal::sha256(covered), {{what.of, what.seq, 1}}});
}

void paper_journal::seal() {
  records.clear();
  stored_heads.clear();
  stored_commits.clear();
  std::vector<sealed> all;
  for (const auto& [of, lines] : lines_) {
    seal_stream(of, all);
  }
  std::stable_sort(all.begin(), all.end(), [](const sealed& a, const sealed& b) { return a.at < b.at; });
  for (const auto& each : all) {
    commit(each);
  }
}

auto paper_journal::streams() -> tl::expected<std::vector<stream>, std::string> {
  std::vector<stream> names;
  for (const auto& [of, bytes] : records) {
    names.push_back(of);
  }
  for (const auto& [of, head] : stored_heads) {
    if (!records.contains(of)) {
      names.push_back(of);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

auto paper_journal::scan(stream of, const visitor& visit) -> tl::expected<void, std::string> {
  for (const auto& [seq, bytes] : records[of]) {
    if (!visit(seq, bytes)) {
      break;
    }
  }
  return scan_trouble ? tl::expected<void, std::string>{tl::unexpected{*scan_trouble}}
                      : tl::expected<void, std::string>{};
}

auto paper_journal::head(stream of) -> tl::expected<std::optional<audit::stored_head>, std::string> {
  const auto found = stored_heads.find(of);
  return found == stored_heads.end() ? std::nullopt : std::optional{found->second};
}

auto paper_journal::commits(const std::function<bool(const audit::commit_entry&)>& visit)
    -> tl::expected<void, std::string> {
  for (const auto& commit : stored_commits) {
    if (!visit(commit)) {
      break;
    }
  }
  return {};
}

auto paper_journal::record(stream of, std::uint64_t seq) -> tl::expected<std::optional<std::string>, std::string> {
  const auto found = records[of].find(seq);
  return found == records[of].end() ? std::nullopt : std::optional{found->second};
}

} // namespace holdfast::testing
