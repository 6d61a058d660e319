#include "journal/writer_mailbox.hpp"

#include "domain/check.hpp"
#include "journal/codec.hpp"
#include "journal/wire.hpp"
#include "journal/writer_layout.hpp"

#include <cstdint>
#include <utility>

namespace holdfast::journal {

auto writer_mailbox::push(append_group& group, std::shared_ptr<append_done>& done, std::string_view encoded) -> bool {
  bool wake = false;
  {
    const std::lock_guard hold{mutex_};
    if (closed_)
      return false;
    content_.bytes += encoded;
    content_.appends.push_back({std::move(group), std::move(done), encoded.size()});
    wake = wake_at_ != 0 && content_.appends.size() >= wake_at_;
    if (wake)
      wake_at_ = 0;
  }
  // Only a waiting writer needs the system call; one that is at work finds the append by itself.
  if (wake)
    changed_.notify_one();
  return true;
}

auto writer_mailbox::take(mailbox_content& into) -> bool {
  std::unique_lock hold{mutex_};
  while (content_.appends.empty() && !closed_) {
    wake_at_ = 1;
    changed_.wait(hold);
  }
  wake_at_ = 0;
  if (content_.appends.empty())
    return false;
  std::swap(into.appends, content_.appends);
  std::swap(into.bytes, content_.bytes);
  return true;
}

void writer_mailbox::linger(std::size_t count, std::chrono::steady_clock::time_point until) {
  std::unique_lock hold{mutex_};
  auto status = std::cv_status::no_timeout;
  while (content_.appends.size() < count && !closed_ && status == std::cv_status::no_timeout) {
    wake_at_ = count;
    status = changed_.wait_until(hold, until);
  }
  wake_at_ = 0;
}

auto writer_mailbox::try_take(mailbox_content& into) -> bool {
  const std::lock_guard hold{mutex_};
  if (content_.appends.empty())
    return false;
  std::swap(into.appends, content_.appends);
  std::swap(into.bytes, content_.bytes);
  return true;
}

void writer_mailbox::close() {
  {
    const std::lock_guard hold{mutex_};
    closed_ = true;
  }
  changed_.notify_all();
}

auto writer_mailbox::depth() const -> std::size_t {
  const std::lock_guard hold{mutex_};
  return content_.appends.size();
}

namespace {

/// Leaves room for a length; `close_part` fills it in.
auto open_part(std::string& to) -> std::size_t {
  to.resize(to.size() + sizeof(std::uint32_t));
  return to.size();
}

void close_part(std::string& to, std::size_t start) {
  raw::put(to.data() + start - sizeof(std::uint32_t), static_cast<std::uint32_t>(to.size() - start));
}

} // namespace

void encode_append(const append_group& group, std::string& to) {
  if (group.facts)
    for (const auto& fact : *group.facts) {
      const auto start = open_part(to);
      encode_fact(fact.body, to);
      close_part(to, start);
    }
  if (group.answer) {
    const auto& answer = *group.answer;
    const auto start = open_part(to);
    to += layout::answer_key(layout::hour_of(answer.at), group.stream, answer.principal, answer.command.key).view();
    layout::encode_answer(answer, to);
    close_part(to, start);
  }
}

auto encoded_append::next() noexcept -> std::string_view {
  HF_CHECK(left_.size() >= sizeof(std::uint32_t), "an append has a part for each fact and answer");
  const auto size = raw::get<std::uint32_t>(left_.data());
  HF_CHECK(left_.size() - sizeof(std::uint32_t) >= size, "a part ends within its append");
  const auto part = left_.substr(sizeof(std::uint32_t), size);
  left_.remove_prefix(sizeof(std::uint32_t) + size);
  return part;
}

} // namespace holdfast::journal
