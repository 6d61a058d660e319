#include "actors/directory.hpp"

#include <algorithm>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <variant>

namespace holdfast::actors {

struct organisation_directory::slug_table {
  struct text_hash {
    using is_transparent = void;

    auto operator()(std::string_view text) const noexcept -> std::size_t { return std::hash<std::string_view>{}(text); }
  };

  mutable std::shared_mutex mutex;
  std::unordered_map<std::string, domain::event_id, text_hash, std::equal_to<>> events;
};

class organisation_directory::snapshot final : public directory_view {
 public:
  snapshot(const organisation_directory& from)
      : keys_{from.keys_},
        venues_{from.venues_},
        organisations_{from.organisations_.begin(), from.organisations_.end()},
        lost_{from.lost_},
        slugs_{from.slugs_},
        version_{from.version_} {}

  [[nodiscard]] auto keys() const -> const std::vector<key_record>& override { return keys_; }

  [[nodiscard]] auto venue(domain::organisation_id owner, domain::venue_id id) const -> const venue_record* override {
    const auto found = venues_.find({owner, id});
    return found == venues_.end() ? nullptr : found->second.get();
  }

  [[nodiscard]] auto venues(domain::organisation_id owner) const -> std::vector<const venue_record*> override {
    std::vector<const venue_record*> all;
    for (auto at = venues_.lower_bound({owner, domain::venue_id{}}); at != venues_.end() && at->first.first == owner;
         ++at) {
      all.push_back(at->second.get());
    }
    return all;
  }

  [[nodiscard]] auto event_of_slug(std::string_view slug) const -> std::optional<domain::event_id> override {
    const std::shared_lock lock{slugs_->mutex};
    const auto found = slugs_->events.find(slug);
    return found == slugs_->events.end() ? std::nullopt : std::optional{found->second};
  }

  [[nodiscard]] auto organisations() const -> std::vector<std::pair<domain::organisation_id, std::string>> override {
    return organisations_;
  }

  [[nodiscard]] auto is_lost(domain::organisation_id organisation) const -> bool override {
    return lost_.contains(organisation);
  }

  [[nodiscard]] auto version() const noexcept -> std::uint64_t override { return version_; }

 private:
  std::vector<key_record> keys_;
  std::map<std::pair<domain::organisation_id, domain::venue_id>, std::shared_ptr<const venue_record>> venues_;
  std::vector<std::pair<domain::organisation_id, std::string>> organisations_;
  std::set<domain::organisation_id> lost_;
  std::shared_ptr<const slug_table> slugs_;
  std::uint64_t version_;
};

organisation_directory::organisation_directory() : slugs_{std::make_shared<slug_table>()} {
  publish();
}

void organisation_directory::publish() {
  published_.store(std::make_shared<const snapshot>(*this));
}

auto organisation_directory::view() const -> std::shared_ptr<const directory_view> {
  return published_.load();
}

void organisation_directory::on_change(std::function<void()> handler) {
  const std::lock_guard lock{mutex_};
  handler_ = std::move(handler);
}

void organisation_directory::load(const domain::organisation_state& state) {
  const std::lock_guard lock{mutex_};
  organisations_[state.id] = state.name;
  for (const auto& [id, entry] : state.keys) {
    keys_.push_back({.key = id,
                     .organisation = state.id,
                     .scopes = entry.what.scopes,
                     .secret_hash = entry.what.secret_hash,
                     .name = entry.what.name,
                     .created_at = entry.created_at,
                     .revoked_at = entry.revoked_at});
  }
  for (const auto& [id, entry] : state.venues) {
    venues_[{state.id, id}] = std::make_shared<const venue_record>(venue_record{entry.what, entry.version});
  }
  {
    const std::unique_lock slugs{slugs_->mutex};
    for (const auto& [slug, event] : state.slugs) {
      slugs_->events[slug] = event;
    }
  }
  ++version_;
  publish();
}

void organisation_directory::know(const std::vector<key_record>& keys) {
  const std::lock_guard lock{mutex_};
  for (const auto& key : keys) {
    const auto found = std::ranges::find_if(
        keys_, [&](const key_record& known) { return known.organisation == key.organisation && known.key == key.key; });
    if (found == keys_.end()) {
      keys_.push_back(key);
    } else if (!found->revoked_at) {
      found->revoked_at = key.revoked_at;
    }
    if (!organisations_.contains(key.organisation)) {
      lost_.insert(key.organisation);
    }
  }
  ++version_;
  publish();
}

void organisation_directory::know(const std::vector<std::pair<std::string, domain::event_id>>& slugs) {
  const std::unique_lock lock{slugs_->mutex};
  slugs_->events.insert(slugs.begin(), slugs.end());
}

void organisation_directory::apply(domain::organisation_id organisation, std::uint64_t first_seq,
                                   const domain::facts& made) {
  const std::lock_guard lock{mutex_};
  auto seq = first_seq;
  bool view_changed = false;
  for (const auto& fact : made) {
    if (const auto* slug = std::get_if<domain::slug_reserved>(&fact.body)) {
      const std::unique_lock slugs{slugs_->mutex};
      slugs_->events[slug->slug] = slug->event;
    } else if (const auto* created = std::get_if<domain::organisation_created>(&fact.body)) {
      organisations_[organisation] = created->name;
      view_changed = true;
    } else if (const auto* venue = std::get_if<domain::venue_created>(&fact.body)) {
      venues_[{organisation, venue->what.summary.id}] =
          std::make_shared<const venue_record>(venue_record{venue->what, seq});
      view_changed = true;
    } else if (const auto* amended = std::get_if<domain::venue_amended>(&fact.body)) {
      venues_[{organisation, amended->what.summary.id}] =
          std::make_shared<const venue_record>(venue_record{amended->what, seq});
      view_changed = true;
    } else if (const auto* key = std::get_if<domain::key_created>(&fact.body)) {
      keys_.push_back({.key = key->key,
                       .organisation = organisation,
                       .scopes = key->scopes,
                       .secret_hash = key->secret_hash,
                       .name = key->name,
                       .created_at = fact.time,
                       .revoked_at = std::nullopt});
      view_changed = true;
    } else if (const auto* revoked = std::get_if<domain::key_revoked>(&fact.body)) {
      const auto found = std::find_if(keys_.begin(), keys_.end(), [&](const key_record& k) {
        return k.organisation == organisation && k.key == revoked->key;
      });
      if (found != keys_.end()) {
        found->revoked_at = fact.time;
        view_changed = true;
      }
    }
    ++seq;
  }
  if (!view_changed) {
    return;
  }
  ++version_;
  publish();
  if (handler_) {
    handler_();
  }
}

} // namespace holdfast::actors
