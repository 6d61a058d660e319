#include "journal/rocksdb_audit_source.hpp"

#include "journal/audit/snapshot_claims.hpp"
#include "journal/mark.hpp"
#include "journal/rocksdb_store.hpp"
#include "journal/tail_doctor.hpp"

#include <set>
#include <utility>

namespace holdfast::journal {
namespace {

using audit::stream_name;

auto name_of(stream_id stream) -> stream_name {
  return {static_cast<std::uint8_t>(stream.kind), stream.id};
}

auto id_of(stream_name stream) -> stream_id {
  return {static_cast<stream_kind>(stream.kind), stream.id};
}

auto unreadable(const rocksdb::Iterator& at) -> tl::expected<void, std::string> {
  return at.status().ok() ? tl::expected<void, std::string>{} : tl::unexpected{at.status().ToString()};
}

class rocksdb_audit_source final : public audit::source {
 public:
  rocksdb_audit_source(std::unique_ptr<store::database> data, audit_directories at, std::string log_damage)
      : data_{std::move(data)}, at_{std::move(at)}, log_damage_{std::move(log_damage)} {}

  auto streams() -> tl::expected<std::vector<stream_name>, std::string> override {
    std::set<stream_name> names;
    const auto heads = data_->iterate(store::family::heads, store::scan_read());
    for (heads->SeekToFirst(); heads->Valid(); heads->Next()) {
      const auto stream = layout::parse_stream_key(store::view(heads->key()));
      if (!stream) {
        return tl::unexpected{std::string{"a head is stored under a key that names no stream"}};
      }
      names.insert(name_of(*stream));
    }
    if (auto read = unreadable(*heads); !read) {
      return tl::unexpected{read.error()};
    }
    if (auto read = add_streams_of_records(names); !read) {
      return tl::unexpected{read.error()};
    }
    return std::vector<stream_name>{names.begin(), names.end()};
  }

  auto scan(stream_name stream, const visitor& visit) -> tl::expected<void, std::string> override {
    const auto records = data_->iterate(store::family::records, store::scan_read());
    for (records->Seek(store::slice(layout::record_key(id_of(stream), 0).view())); records->Valid(); records->Next()) {
      const auto key = layout::parse_record_key(store::view(records->key()));
      if (!key || name_of(key->first) != stream || !visit(key->second, store::view(records->value()))) {
        break;
      }
    }
    return unreadable(*records);
  }

  auto head(stream_name stream) -> tl::expected<std::optional<audit::stored_head>, std::string> override {
    const auto key = layout::stream_key(id_of(stream));
    const auto value = data_->get(store::family::heads, key.view());
    if (!value) {
      return tl::unexpected{value.error().detail};
    }
    if (!*value) {
      return std::nullopt;
    }
    const auto head = layout::decode_head(**value);
    if (!head) {
      return tl::unexpected{std::string{"the stored head cannot be read"}};
    }
    audit::stored_head shown{head->seq, head->hash, head->time.unix_ms, std::nullopt};
    if (head->next_deadline) {
      shown.next_deadline_ms = head->next_deadline->unix_ms;
    }
    return shown;
  }

  auto has_commits() const -> bool override { return true; }

  auto commits(const std::function<bool(const audit::commit_entry&)>& visit)
      -> tl::expected<void, std::string> override {
    const auto positions = data_->iterate(store::family::positions, store::scan_read());
    for (positions->SeekToFirst(); positions->Valid(); positions->Next()) {
      const auto position = layout::parse_position_key(store::view(positions->key()));
      const auto value = layout::decode_position(store::view(positions->value()));
      if (!position || !value) {
        return tl::unexpected{std::string{"an entry of the index of commits cannot be read"}};
      }
      audit::commit_entry commit{*position, value->batch_hash, {}};
      for (const auto& group : value->groups) {
        commit.runs.push_back({name_of(group.stream), group.first_seq, group.count});
      }
      if (!visit(commit)) {
        break;
      }
    }
    return unreadable(*positions);
  }

  auto record(stream_name stream, std::uint64_t seq) -> tl::expected<std::optional<std::string>, std::string> override {
    auto value = data_->get(store::family::records, layout::record_key(id_of(stream), seq).view());
    if (!value) {
      return tl::unexpected{std::move(value.error().detail)};
    }
    return *std::move(value);
  }

  auto snapshots(stream_name stream) -> std::vector<audit::snapshot_claim> override {
    return at_.snapshots.empty() ? std::vector<audit::snapshot_claim>{}
                                 : audit::snapshot_claims(at_.snapshots, stream.id);
  }

  auto behind_mark() -> std::optional<std::string> override {
    auto why = compare_with_mark();
    if (why.empty()) {
      return log_damage_.empty() ? std::nullopt : std::optional{log_damage_};
    }
    return log_damage_.empty() ? why : why + "; " + log_damage_;
  }

 private:
  /// From stream to stream by seeking: streams whose head is missing show as well.
  auto add_streams_of_records(std::set<stream_name>& names) const -> tl::expected<void, std::string> {
    const auto records = data_->iterate(store::family::records, store::scan_read());
    records->SeekToFirst();
    while (records->Valid()) {
      const auto key = layout::parse_record_key(store::view(records->key()));
      if (!key) {
        return tl::unexpected{std::string{"a record is stored under a key that names no stream and seq"}};
      }
      names.insert(name_of(key->first));
      const auto last = layout::record_key(key->first, UINT64_MAX);
      records->Seek(store::slice(last.view()));
      if (records->Valid() && store::view(records->key()) == last.view()) {
        records->Next();
      }
    }
    return unreadable(*records);
  }

  /// In what way the journal lacks what was acknowledged; empty when it lacks nothing.
  auto compare_with_mark() const -> std::string {
    if (at_.marks.empty()) {
      return {};
    }
    const auto found = mark_file::read(at_.marks);
    const auto newest = data_->newest_commit();
    const auto id = data_->id();
    if (!found || !newest || !id) {
      return !found ? found.error().detail : !newest ? newest.error().detail : id.error().detail;
    }
    if (!found->newest) {
      return newest->last_position == 0 ? std::string{}
                                        : "no high-water mark can be read in " + at_.marks.string() +
                                              ", so nothing shows that everything acknowledged is there";
    }
    const auto& mark = *found->newest;
    if (!*id || **id != mark.journal) {
      return "the high-water mark is about another journal";
    }
    if (mark.position > newest->last_position) {
      return "the journal ends at commit " + std::to_string(newest->last_position) + ", commit " +
             std::to_string(mark.position) + " was acknowledged";
    }
    if (mark.position == 0) {
      return {};
    }
    const auto at_mark = data_->position(mark.position);
    return at_mark && *at_mark && (*at_mark)->batch_hash == mark.batch_hash
               ? std::string{}
               : "commit " + std::to_string(mark.position) + " is not the one that was acknowledged";
  }

  std::unique_ptr<store::database> data_;
  audit_directories at_;
  std::string log_damage_;
};

} // namespace

auto open_audit_source(const audit_directories& at) -> tl::expected<std::unique_ptr<audit::source>, failure> {
  std::error_code error;
  if (!std::filesystem::exists(at.journal / "CURRENT", error)) {
    return tl::unexpected{failure{failure_kind::not_found, at.journal.string() + ": there is no journal here"}};
  }
  const auto findings = examine_logs(at.journal);
  if (!findings) {
    return tl::unexpected{findings.error()};
  }
  store::option_choices choices;
  std::string log_damage;
  if (findings->damage) {
    choices.stop_at_torn_tail = true;
    // A write that the power cut tore was never acknowledged: unless more follows, nothing is wrong with it.
    if (findings->damage->more_follows) {
      log_damage = "damage in the middle of the log: " + describe(*findings->damage);
    }
  }
  auto data = store::database::open_read_only(at.journal, choices);
  if (!data) {
    return tl::unexpected{std::move(data.error())};
  }
  return std::make_unique<rocksdb_audit_source>(*std::move(data), at, std::move(log_damage));
}

} // namespace holdfast::journal
