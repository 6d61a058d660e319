#include "http/json_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

// Building a document: nlohmann's parser calls, the builder appends nodes.

namespace holdfast::http {

/// The receiver of nlohmann's events (its SAX interface, duck-typed). Returning false stops the parser.
class document_builder {
 public:
  explicit document_builder(json_document& into) noexcept : to_{into} {}

  auto null() -> bool { return add(kind::null) != json_document::none; }

  auto boolean(bool flag) -> bool {
    to_.nodes_[add(kind::boolean)].flag = flag;
    return true;
  }

  auto number_integer(std::int64_t number) -> bool {
    to_.nodes_[add(kind::integer)].integer = number;
    return true;
  }

  auto number_unsigned(std::uint64_t number) -> bool {
    // Beyond 63 bits it is a number, but none that any field takes.
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return number_float(static_cast<double>(number), {});
    }
    return number_integer(static_cast<std::int64_t>(number));
  }

  auto number_float(double number, const std::string& /*text*/) -> bool {
    to_.nodes_[add(kind::number)].number = number;
    return true;
  }

  auto string(std::string& text) -> bool {
    json_document::node& at = to_.nodes_[add(kind::text)];
    at.text_at = static_cast<std::uint32_t>(to_.text_.size());
    at.text_size = static_cast<std::uint32_t>(text.size());
    to_.text_.append(text);
    return true;
  }

  auto binary(std::vector<std::uint8_t>& /*bytes*/) -> bool { return false; } // not in text

  auto start_object(std::size_t /*unknown*/) -> bool { return open(kind::object); }

  auto key(std::string& name) -> bool {
    name_at_ = static_cast<std::uint32_t>(to_.text_.size());
    name_size_ = static_cast<std::uint32_t>(name.size());
    to_.text_.append(name);
    return true;
  }

  auto end_object() -> bool {
    const std::uint32_t closed = close();
    if (to_.nodes_[closed].size > 1) {
      find_duplicates(closed);
    }
    return true;
  }

  auto start_array(std::size_t /*unknown*/) -> bool { return open(kind::array); }

  auto end_array() -> bool {
    close();
    return true;
  }

  auto parse_error(std::size_t position, const std::string& /*token*/, const nlohmann::detail::exception& /*error*/)
      -> bool {
    to_.faults_.push_back({"", "is not valid JSON in UTF-8 at byte " + std::to_string(position)});
    return false;
  }

 private:
  using kind = json_document::kind;

  auto add(kind is) -> std::uint32_t {
    const auto at = static_cast<std::uint32_t>(to_.nodes_.size());
    json_document::node& fresh = to_.nodes_.emplace_back();
    fresh.is = is;
    fresh.parent = open_;
    fresh.name_at = name_at_;
    fresh.name_size = name_size_;
    name_size_ = 0;
    if (open_ != json_document::none) {
      json_document::node& parent = to_.nodes_[open_];
      if (parent.size++ == 0) {
        parent.first = at;
      } else {
        to_.nodes_[parent.last].next = at;
      }
      parent.last = at;
    }
    return at;
  }

  auto open(kind is) -> bool {
    if (++depth_ > json_limits::depth_max) {
      to_.faults_.push_back({"", "is nested more than 16 levels deep"});
      return false;
    }
    open_ = add(is);
    return true;
  }

  auto close() -> std::uint32_t {
    --depth_;
    return std::exchange(open_, to_.nodes_[open_].parent);
  }

  /// Sorts the members by name: an object may have thousands, and comparing each with each would be a way to stall the server.
  void find_duplicates(std::uint32_t object) {
    members_.clear();
    for (std::uint32_t at = to_.nodes_[object].first; at != json_document::none; at = to_.nodes_[at].next) {
      members_.push_back(at);
    }
    const auto name = [&](std::uint32_t at) { return to_.name_of(to_.nodes_[at]); };
    std::ranges::sort(members_, {}, name);
    const auto twice = std::ranges::adjacent_find(members_, {}, name);
    if (twice != members_.end()) {
      to_.fault_at(*twice, {}, "comes twice");
    }
  }

  json_document& to_;
  std::uint32_t open_ = json_document::none;
  std::size_t depth_ = 0;
  std::uint32_t name_at_ = 0;
  std::uint32_t name_size_ = 0;
  std::vector<std::uint32_t> members_;
};

json_document::json_document() {
  nodes_.emplace_back();
}

auto json_document::parse(std::string_view text) -> bool {
  // One huge body must not keep its memory for ever.
  if (nodes_.capacity() > json_limits::nodes_kept_max) {
    std::vector<node>{}.swap(nodes_);
    std::string{}.swap(text_);
  }
  nodes_.clear();
  text_.clear();
  faults_.clear();
  faults_left_off_ = 0;
  document_builder builder{*this};
  // The parser skips a byte order mark; RFC 8259 lets us refuse it.
  if (text.starts_with("\xef\xbb\xbf")) {
    faults_.push_back({"", "begins with a byte order mark"});
  } else if (text.find('\0') != std::string_view::npos) {
    // nlohmann's lexer takes a NUL for the end, whatever follows.
    faults_.push_back({"", "holds a NUL"});
  } else {
    static_cast<void>(nlohmann::json::sax_parse(text.begin(), text.end(), &builder));
  }
  if (nodes_.empty()) {
    nodes_.emplace_back();
  }
  return faults_.empty();
}

auto json_document::root_object() -> json_object {
  return root().object();
}

auto json_document::absent() -> std::uint32_t {
  nodes_.emplace_back();
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

void json_document::fault_at(std::uint32_t at, std::string_view member, std::string message) {
  if (faults_.size() >= json_limits::faults_max) {
    ++faults_left_off_;
    return;
  }
  std::string pointer = pointer_to(at);
  if (!member.empty()) {
    pointer.append("/").append(member);
  }
  faults_.push_back({std::move(pointer), std::move(message)});
}

auto json_document::pointer_to(std::uint32_t at) const -> std::string {
  if (at == none || at >= nodes_.size() || nodes_[at].parent == none) {
    return {};
  }
  const node& here = nodes_[at];
  std::string pointer = pointer_to(here.parent);
  pointer.push_back('/');
  if (nodes_[here.parent].is == kind::array) {
    std::size_t index = 0;
    for (std::uint32_t each = nodes_[here.parent].first; each != at; each = nodes_[each].next) {
      ++index;
    }
    return pointer.append(std::to_string(index));
  }
  for (const char c : name_of(here)) {
    if (c == '~') {
      pointer.append("~0");
    } else if (c == '/') {
      pointer.append("~1");
    } else {
      pointer.push_back(c);
    }
  }
  return pointer;
}

/// In document order, parents before children: a member of an unknown member is not reported again.
void json_document::refuse_unknown() {
  for (std::uint32_t at = 1; at < nodes_.size(); ++at) {
    node& here = nodes_[at];
    if (here.parent == none) {
      continue;
    }
    const node& parent = nodes_[here.parent];
    const bool parent_known = (parent.known || here.parent == 0) && !parent.refused;
    if (parent.is != kind::object) {
      here.known = parent_known;
      continue;
    }
    if (!here.known && parent_known) {
      fault_at(at, {}, "is not a field of this object");
    }
    here.known = here.known && parent_known;
  }
}

auto json_document::finish() -> bool {
  refuse_unknown();
  if (faults_left_off_ > 0) {
    faults_.push_back({"", "and " + std::to_string(faults_left_off_) + " more faults, which are not listed"});
  }
  return faults_.empty();
}

} // namespace holdfast::http
