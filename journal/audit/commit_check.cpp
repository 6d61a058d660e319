#include "journal/audit/commit_check.hpp"

#include "journal/audit/record.hpp"

#include <string>
#include <utility>

namespace holdfast::journal::audit {
namespace {

void put(std::string& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) {
    to += static_cast<char>(value >> (8 * i));
  }
}

void put(std::string& to, const hash_bytes& hash) {
  to.append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

class commit_check {
 public:
  commit_check(source& from, findings& to) : from_{from}, to_{to} {}

  auto take(const commit_entry& commit) -> bool {
    if (commit.position != position_ + 1) {
      refuse({}, 0, "commit " + std::to_string(commit.position) + " follows commit " + std::to_string(position_));
      hash_known_ = false;
    }
    position_ = commit.position;
    std::string covered;
    put(covered, hash_);
    put(covered, commit.position, 8);
    bool complete = !commit.runs.empty();
    for (const auto& run : commit.runs) {
      complete = take_run(run, covered) && complete;
    }
    if (!complete || (hash_known_ && digest(covered) != commit.hash)) {
      refuse({}, 0, "the hash of commit " + std::to_string(commit.position) + " is not that of its records");
    }
    hash_ = commit.hash;
    hash_known_ = true;
    return true;
  }

  void finish(const std::map<stream_name, std::uint64_t>& ends) {
    for (const auto& [stream, end] : ends) {
      if (ends_[stream] != end) {
        refuse(stream, end, "commits name records up to seq " + std::to_string(ends_[stream]) + " of this stream");
      }
      ends_.erase(stream);
    }
    for (const auto& [stream, end] : ends_) {
      refuse(stream, end, "commits name a stream that has no records");
    }
  }

 private:
  void refuse(stream_name stream, std::uint64_t seq, std::string detail) {
    to_.add(violation_kind::commit_order_broken, stream, seq, std::move(detail));
  }

  auto take_run(const committed_run& run, std::string& covered) -> bool {
    auto& end = ends_[run.stream];
    if (run.first_seq != end + 1 || run.count == 0) {
      refuse(run.stream, run.first_seq,
             "commit " + std::to_string(position_) + " goes on after seq " + std::to_string(end));
    }
    end = run.first_seq + run.count - 1;
    put(covered, run.stream.kind, 1);
    put(covered, run.stream.id, 8);
    put(covered, run.first_seq, 8);
    put(covered, run.count, 4);
    const auto last = from_.record(run.stream, end);
    if (!last || !*last) {
      return false;
    }
    put(covered, digest(**last));
    return true;
  }

  source& from_;
  findings& to_;
  std::uint64_t position_ = 0;
  hash_bytes hash_{};
  bool hash_known_ = true;
  std::map<stream_name, std::uint64_t> ends_;
};

} // namespace

void check_commits(source& from, const std::map<stream_name, std::uint64_t>& ends, findings& to) {
  commit_check check{from, to};
  if (const auto read = from.commits([&](const commit_entry& commit) { return check.take(commit); }); !read) {
    to.add(violation_kind::unreadable_storage, {}, 0, read.error());
    return;
  }
  check.finish(ends);
}

} // namespace holdfast::journal::audit
