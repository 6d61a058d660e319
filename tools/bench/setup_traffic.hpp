#pragma once

#include "tools/bench/load_generator.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::tools::bench {

/// A list of requests, each sent once, on whichever connection is free: sets up what a workload needs much of. Keeps one string
/// member of every answer.
class setup_traffic : public traffic {
 public:
  /// `requests` are whole; `member` is the member of each answer to keep, empty: none.
  setup_traffic(std::vector<std::string> requests, std::string member, std::size_t connections)
      : requests_{std::move(requests)}, member_{std::move(member)}, kept_(requests_.size()), under_way_(connections) {}

  auto next(std::size_t connection) -> std::string_view override {
    if (next_ == requests_.size()) {
      return {};
    }
    under_way_[connection] = next_;
    return requests_[next_++];
  }

  auto answered(std::size_t connection, const response& what) -> outcome override {
    if (what.status < 200 || what.status > 299) {
      if (trouble_.empty()) {
        trouble_ = std::to_string(what.status) + " " + std::string{what.body.substr(0, 400)};
      }
      return outcome::failure;
    }
    if (!member_.empty()) {
      kept_[under_way_[connection]] = string_member(what.body, member_);
    }
    return outcome::success;
  }

  void lost(std::size_t) override {
    if (trouble_.empty()) {
      trouble_ = "a connection broke";
    }
  }

  [[nodiscard]] auto kept() noexcept -> std::vector<std::string>& { return kept_; }
  /// The first answer that was no success; empty when there was none.
  [[nodiscard]] auto trouble() const noexcept -> const std::string& { return trouble_; }

 private:
  std::vector<std::string> requests_;
  std::string member_;
  std::vector<std::string> kept_;
  std::vector<std::size_t> under_way_;
  std::size_t next_ = 0;
  std::string trouble_;
};

} // namespace holdfast::tools::bench
