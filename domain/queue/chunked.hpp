#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace holdfast::domain::queue {

/// A flat array that grows by whole chunks and copies nothing when it does: no pause, and no moment with twice the memory. An element keeps its
/// address. Not thread-safe.
template <class Value>
class chunked {
 public:
  static constexpr std::size_t chunk_values = 16 * 1024;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto operator[](std::size_t at) noexcept -> Value& {
    return chunks_[at / chunk_values][at % chunk_values];
  }
  [[nodiscard]] auto operator[](std::size_t at) const noexcept -> const Value& {
    return chunks_[at / chunk_values][at % chunk_values];
  }

  void push_back(const Value& value) {
    if (size_ == chunks_.size() * chunk_values) {
      chunks_.push_back(std::make_unique<Value[]>(chunk_values));
    }
    (*this)[size_++] = value;
  }

  void clear() noexcept {
    chunks_ = std::vector<std::unique_ptr<Value[]>>{};
    size_ = 0;
  }

  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return chunks_.capacity() * sizeof(void*) + chunks_.size() * chunk_values * sizeof(Value);
  }

 private:
  std::vector<std::unique_ptr<Value[]>> chunks_;
  std::size_t size_ = 0;
};

} // namespace holdfast::domain::queue
