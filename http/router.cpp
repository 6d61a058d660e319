#include "http/router.hpp"

#include "domain/check.hpp"

#include <algorithm>

namespace holdfast::http {

namespace {

/// The next segment of a path that starts with '/'; what is left keeps its '/'.
auto take_segment(std::string_view& path) noexcept -> std::string_view {
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

auto is_name(std::string_view segment) noexcept -> bool {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

auto pattern_fault(std::string_view pattern) -> std::string_view {
  if (pattern.empty() || pattern.front() != '/') {
    return "its pattern does not start with /";
  }
  std::size_t names = 0;
  for (std::string_view rest = pattern; !rest.empty();) {
    const std::string_view segment = take_segment(rest);
    if (segment.empty() && pattern != "/") {
      return "its pattern has an empty segment";
    }
    const bool braces = segment.find_first_of("{}") != std::string_view::npos;
    if (braces &&
        (!is_name(segment) || segment.substr(1, segment.size() - 2).find_first_of("{}") != std::string_view::npos)) {
      return "its pattern has braces that do not enclose a segment";
    }
    names += braces ? 1 : 0;
  }
  return names > path_values{}.values.size() ? "its pattern has more than four names" : std::string_view{};
}

auto row_fault(const route& row) -> std::string_view {
  if (row.who.what() == permission::rule::undeclared) {
    return "it has no permission";
  }
  const bool needs_scope = row.who.what() == permission::rule::key || row.who.what() == permission::rule::buyer_or_key;
  if (needs_scope && (row.who.scopes() == 0 || (row.who.scopes() & ~domain::key_scope::all) != 0)) {
    return "its permission names no scope, or one that does not exist";
  }
  if (!row.run) {
    return "it has no handler";
  }
  if (row.verb == method::head || row.verb == method::options) {
    return "HEAD and OPTIONS are answered by the edge";
  }
  return pattern_fault(row.pattern);
}

} // namespace

/// One segment of all patterns that begin alike.
struct router::node {
  struct child {
    std::string segment;
    std::unique_ptr<node> next;
  };

  std::vector<child> literals; ///< few; compared in turn
  std::unique_ptr<node> named;
  std::array<const route*, 7> rows{};
  method_set methods;
};

router::router() : root_{std::make_unique<node>()} {}

router::router(router&&) noexcept = default;
auto router::operator=(router&&) noexcept -> router& = default;
router::~router() = default;

auto method_set::text() const -> std::string {
  std::string out;
  for (const method verb : {method::get, method::head, method::post, method::put, method::patch, method::delete_}) {
    if (has(verb)) {
      out.append(to_string(verb)).append(", ");
    }
  }
  return out.append("OPTIONS");
}

void router::add(route row) {
  HF_CHECK(!sealed_, "routes are added before the table is sealed");
  row.index = routes_.size();
  std::vector<std::string>& names = names_.emplace_back();
  for (std::string_view rest = row.pattern; !rest.empty() && rest.front() == '/';) {
    const std::string_view segment = take_segment(rest);
    if (is_name(segment)) {
      names.emplace_back(segment.substr(1, segment.size() - 2));
    }
  }
  routes_.push_back(std::move(row));
}

auto router::seal() -> tl::expected<void, failure> {
  HF_CHECK(!sealed_, "the table is sealed once");
  std::string faults;
  const auto complain = [&](const route& row, std::string_view why) {
    faults.append(faults.empty() ? "" : "; ").append(to_string(row.verb)).append(" ").append(row.pattern);
    faults.append(": ").append(why);
  };
  for (const route& row : routes_) {
    if (const std::string_view why = row_fault(row); !why.empty()) {
      complain(row, why);
      continue;
    }
    node* at = root_.get();
    for (std::string_view rest = row.pattern; !rest.empty();) {
      at = step(*at, take_segment(rest));
    }
    const auto slot = static_cast<std::size_t>(row.verb);
    if (at->rows[slot] != nullptr) {
      complain(row, "another row answers the same requests");
      continue;
    }
    at->rows[slot] = &row;
    at->methods.add(row.verb);
    if (row.verb == method::get) {
      at->methods.add(method::head);
    }
  }
  if (!faults.empty()) {
    return tl::unexpected{failure{"the route table is not sound: " + faults}};
  }
  sealed_ = true;
  return {};
}

auto router::step(node& from, std::string_view segment) -> node* {
  if (is_name(segment)) {
    if (!from.named) {
      from.named = std::make_unique<node>();
    }
    return from.named.get();
  }
  const auto known = std::ranges::find(from.literals, segment, &node::child::segment);
  if (known != from.literals.end()) {
    return known->next.get();
  }
  return from.literals.emplace_back(node::child{std::string{segment}, std::make_unique<node>()}).next.get();
}

auto router::routes() const noexcept -> std::span<const route> {
  return routes_;
}

auto router::names(const route& row) const noexcept -> std::span<const std::string> {
  return names_[row.index];
}

auto router::find(method verb, std::string_view path) const noexcept -> found {
  found out;
  const node* at = root_.get();
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view segment = take_segment(rest);
    const node* next = nullptr;
    for (const node::child& each : at->literals) {
      if (each.segment == segment) {
        next = each.next.get();
        break;
      }
    }
    if (next == nullptr) {
      // A literal wins over a name at the same place, and there is no way back: patterns are few and read better that way.
      if (!at->named || segment.empty() || out.values.count == out.values.values.size()) {
        return {};
      }
      next = at->named.get();
      out.values.values[out.values.count++] = segment;
    }
    at = next;
  }
  out.allowed = at->methods;
  out.row = at->rows[static_cast<std::size_t>(verb == method::head ? method::get : verb)];
  return out;
}

} // namespace holdfast::http
