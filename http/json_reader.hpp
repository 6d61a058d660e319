#pragma once

#include "http/problem.hpp"

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Strict reading of request bodies. nlohmann's SAX parser checks syntax and UTF-8; what it reads is kept as a flat list of nodes
/// whose memory is reused, so that a small body costs no allocation. Faults are collected, each with its JSON Pointer, so that a
/// client learns all of them at once.
///
/// ```
/// json_document document;
/// if (!document.parse(body)) { … 400 with document.faults() … }
/// json_object root = document.root_object();
/// const std::string_view name = root.text("name", {.bytes_max = 200});
/// const auto price = root.integer<std::int64_t>("price", 0, 1'000'000);
/// if (!document.finish()) { … 422 with document.faults() … }
/// ```
namespace holdfast::http {

namespace json_limits {
inline constexpr std::size_t depth_max = 16;
/// More faults than this are not collected.
inline constexpr std::size_t faults_max = 32;
/// Nodes whose memory is kept from one body to the next.
inline constexpr std::size_t nodes_kept_max = 16 * 1024;
} // namespace json_limits

class json_document;
class json_object;
class json_array;

/// What a text must be like. Control characters are refused unless `lines`, which allows line feeds and tabs.
struct text_rule {
  std::size_t bytes_min = 1;
  std::size_t bytes_max = 200;
  bool lines = false;
};

/// One value; a handle into its document. Reading the wrong type records a fault and gives a neutral value.
class json_value {
 public:
  json_value(json_document& document, std::uint32_t node) noexcept : document_{&document}, node_{node} {}

  [[nodiscard]] auto text(const text_rule& rule = {}) const -> std::string_view;
  [[nodiscard]] auto boolean() const -> bool;
  [[nodiscard]] auto number(double min, double max) const -> double;
  /// A time as RFC 3339 in UTC; milliseconds since 1970.
  [[nodiscard]] auto time() const -> std::int64_t;
  [[nodiscard]] auto object() const -> json_object;
  [[nodiscard]] auto array(std::size_t size_min, std::size_t size_max) const -> json_array;
  [[nodiscard]] auto is_null() const noexcept -> bool;
  [[nodiscard]] auto is_string() const noexcept -> bool;

  template <std::integral Integer>
  requires(!std::same_as<Integer, bool> && sizeof(Integer) <= 8)
      [[nodiscard]] auto integer(Integer min, Integer max) const -> Integer {
    static_assert(std::signed_integral<Integer> || sizeof(Integer) < 8, "the API's integers fit 63 bits");
    return static_cast<Integer>(integer_between(static_cast<std::int64_t>(min), static_cast<std::int64_t>(max)));
  }

  /// Records a fault at this value.
  void fault(std::string message) const;
  /// The JSON Pointer of this value.
  [[nodiscard]] auto pointer() const -> std::string;
  /// The member's name, when this is a member of an object.
  [[nodiscard]] auto name() const noexcept -> std::string_view;

 private:
  [[nodiscard]] auto integer_between(std::int64_t min, std::int64_t max) const -> std::int64_t;
  /// Records a fault at this value, which stands for everything in it.
  void refuse(std::string message) const;

  json_document* document_;
  std::uint32_t node_;
};

/// The elements of an array, in order; for range-for.
class json_array {
 public:
  class iterator {
   public:
    iterator(json_document& document, std::uint32_t node) noexcept : document_{&document}, node_{node} {}
    [[nodiscard]] auto operator*() const noexcept -> json_value { return {*document_, node_}; }
    auto operator++() noexcept -> iterator&;
    friend auto operator==(const iterator& a, const iterator& b) noexcept -> bool { return a.node_ == b.node_; }

   private:
    json_document* document_;
    std::uint32_t node_;
  };

  json_array(json_document& document, std::uint32_t first, std::size_t size) noexcept
      : document_{&document}, first_{first}, size_{size} {}

  [[nodiscard]] auto begin() const noexcept -> iterator { return {*document_, first_}; }
  [[nodiscard]] auto end() const noexcept -> iterator;
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }

 private:
  json_document* document_;
  std::uint32_t first_;
  std::size_t size_;
};

/// The members of an object. A name that is asked for counts as known; `json_document::finish` refuses the others. An explicit
/// null is a fault, except where `cleared` asks for it.
class json_object {
 public:
  json_object(json_document& document, std::uint32_t node) noexcept : document_{&document}, node_{node} {}

  /// The member, or nothing when it is absent.
  [[nodiscard]] auto find(std::string_view name) const -> std::optional<json_value>;
  /// The member; its absence is a fault (and nothing).
  [[nodiscard]] auto require(std::string_view name) const -> std::optional<json_value>;
  /// Whether the member is present and null: a patch that takes the field away.
  [[nodiscard]] auto cleared(std::string_view name) const -> bool;

  // Required members. A fault gives a neutral value.
  [[nodiscard]] auto text(std::string_view name, const text_rule& rule = {}) const -> std::string_view;
  [[nodiscard]] auto boolean(std::string_view name) const -> bool;
  [[nodiscard]] auto number(std::string_view name, double min, double max) const -> double;
  [[nodiscard]] auto time(std::string_view name) const -> std::int64_t;
  [[nodiscard]] auto object(std::string_view name) const -> json_object;
  [[nodiscard]] auto array(std::string_view name, std::size_t size_min, std::size_t size_max) const -> json_array;

  template <std::integral Integer>
  [[nodiscard]] auto integer(std::string_view name, Integer min, Integer max) const -> Integer {
    const auto value = require(name);
    return value ? value->integer<Integer>(min, max) : min;
  }

  // Optional members.
  [[nodiscard]] auto optional_text(std::string_view name, const text_rule& rule = {}) const
      -> std::optional<std::string_view>;
  [[nodiscard]] auto optional_boolean(std::string_view name) const -> std::optional<bool>;
  [[nodiscard]] auto optional_number(std::string_view name, double min, double max) const -> std::optional<double>;
  [[nodiscard]] auto optional_time(std::string_view name) const -> std::optional<std::int64_t>;
  [[nodiscard]] auto optional_object(std::string_view name) const -> std::optional<json_object>;
  [[nodiscard]] auto optional_array(std::string_view name, std::size_t size_min, std::size_t size_max) const
      -> std::optional<json_array>;

  template <std::integral Integer>
  [[nodiscard]] auto optional_integer(std::string_view name, Integer min, Integer max) const -> std::optional<Integer> {
    const auto value = find(name);
    return value ? std::optional{value->integer<Integer>(min, max)} : std::nullopt;
  }

  /// All members in order, each counted as known: for objects whose names are data.
  [[nodiscard]] auto members() const -> json_array;
  /// Records a fault at the member `name`, present or not; an empty name means the object itself.
  void fault(std::string_view name, std::string message) const;

 private:
  json_document* document_;
  std::uint32_t node_;
};

/// A parsed body. Reused: `parse` starts over and keeps the memory. Views live until the next `parse`. Not thread-safe.
class json_document {
 public:
  json_document();

  /// False when the text is not one JSON document (UTF-8, at most 16 levels, no duplicate names): `faults` says why.
  [[nodiscard]] auto parse(std::string_view text) -> bool;
  /// The document as an object; anything else is a fault, and an empty object.
  [[nodiscard]] auto root_object() -> json_object;
  [[nodiscard]] auto root() noexcept -> json_value { return {*this, 0}; }
  /// Refuses every member that nobody asked for. True when there was no fault at all; of more than `json_limits::faults_max` the last one then says how
  /// many are not listed. Call once, after reading.
  [[nodiscard]] auto finish() -> bool;
  [[nodiscard]] auto faults() const noexcept -> const std::vector<json_error>& { return faults_; }

 private:
  friend class json_value;
  friend class json_object;
  friend class json_array;
  friend class document_builder;

  enum class kind : std::uint8_t { null, boolean, integer, number, text, array, object };

  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  struct node {
    kind is = kind::null;
    bool known = false;   ///< a member that somebody asked for
    bool refused = false; ///< a fault as a whole: nobody has looked at what is in it
    bool flag = false;
    std::uint32_t parent = none;
    std::uint32_t next = none;  ///< sibling
    std::uint32_t first = none; ///< child
    std::uint32_t last = none;
    std::uint32_t size = 0;    ///< children
    std::uint32_t name_at = 0; ///< in text_
    std::uint32_t name_size = 0;
    std::uint32_t text_at = 0;
    std::uint32_t text_size = 0;
    std::int64_t integer = 0;
    double number = 0;
  };

  void fault_at(std::uint32_t at, std::string_view member, std::string message);
  [[nodiscard]] auto pointer_to(std::uint32_t at) const -> std::string;
  [[nodiscard]] auto name_of(const node& of) const noexcept -> std::string_view {
    return std::string_view{text_}.substr(of.name_at, of.name_size);
  }
  /// A node without a place, standing in for an object that is absent.
  [[nodiscard]] auto absent() -> std::uint32_t;
  void refuse_unknown();

  std::vector<node> nodes_; ///< 0: the root
  std::string text_;        ///< all names and strings, unescaped
  std::vector<json_error> faults_;
  std::size_t faults_left_off_ = 0;
};

} // namespace holdfast::http
