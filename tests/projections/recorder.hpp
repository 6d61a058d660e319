#pragma once

#include "projections/projection.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace holdfast::projections_test {

/// A projection with a store: what is published is kept through a crash, what is only folded is lost with it.
class recorder final : public projections::projection {
 public:
  struct seen {
    journal::stream_id stream;
    std::uint64_t first_seq = 0;
    std::size_t facts = 0;
    std::uint64_t state_hash = 0;
    friend auto operator==(const seen&, const seen&) -> bool = default;
  };

  [[nodiscard]] auto name() const noexcept -> std::string_view override { return "recorder"; }
  void apply(const projections::applied_group& group) override {
    if (throw_at && folded_.size() + stored_.size() >= *throw_at)
      throw std::runtime_error("the recorder was told to fail");
    folded_.push_back({group.stream, group.first_seq, group.facts->size(), group.state_hash});
  }
  void publish(const journal::cursor& position) override {
    position_ = position;
    stored_.insert(stored_.end(), folded_.begin(), folded_.end());
    folded_.clear();
    ++publications;
  }
  [[nodiscard]] auto position() const -> journal::cursor override { return position_; }
  void reset() override {
    position_ = {};
    folded_.clear();
    stored_.clear();
  }
  [[nodiscard]] auto wants(journal::stream_kind, std::uint16_t type) const noexcept -> bool override {
    return !unwanted || type != *unwanted;
  }

  /// The process ends: the store stays.
  void crash() { folded_.clear(); }
  [[nodiscard]] auto stored() const -> const std::vector<seen>& { return stored_; }

  std::optional<std::size_t> throw_at;   ///< number of the group that is too much
  std::optional<std::uint16_t> unwanted; ///< a type of fact
  std::size_t publications = 0;

 private:
  journal::cursor position_;
  std::vector<seen> folded_;
  std::vector<seen> stored_;
};

} // namespace holdfast::projections_test
