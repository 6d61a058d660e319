#pragma once

#include "journal/checksum.hpp"
#include "projections/catch_up.hpp"
#include "projections/projection.hpp"
#include "projections/store/offline_fold.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

// What the files that fold offline share.

namespace holdfast::projections {

/// Sums hashes of rows, so that their order does not matter and none of them is kept.
class row_sum {
 public:
  void add(std::string_view key, std::string_view value) {
    std::string row;
    const auto size = static_cast<std::uint32_t>(key.size());
    row.append(reinterpret_cast<const char*>(&size), sizeof size).append(key).append(value);
    const auto hash = journal::sha256(row);
    for (std::size_t word = 0; word < sum_.size(); ++word) {
      std::uint64_t part = 0;
      std::memcpy(&part, hash.data() + word * sizeof part, sizeof part);
      sum_[word] += part;
    }
    ++rows_;
  }

  [[nodiscard]] auto rows() const noexcept -> std::uint64_t { return rows_; }

  [[nodiscard]] auto text() const -> std::string {
    journal::chain_hash bytes{};
    std::memcpy(bytes.data(), sum_.data(), bytes.size());
    return journal::hex(bytes);
  }

 private:
  std::array<std::uint64_t, 4> sum_{};
  std::uint64_t rows_ = 0;
};

/// Folds everything from the projection's position to the journal's end, on this thread; how many commands that were.
[[nodiscard]] auto fold_to_end(projection& what, const std::shared_ptr<const projection>& shared,
                               journal::journal& from, const fold_progress& progress)
    -> tl::expected<std::uint64_t, journal::failure>;

} // namespace holdfast::projections
