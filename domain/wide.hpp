#pragma once

namespace holdfast::domain {

/// 128 bits, for products of two 64-bit integers: distances are compared exactly, so that every machine makes the same choice.
__extension__ using wide_integer = __int128;
__extension__ using wide_unsigned = unsigned __int128;

} // namespace holdfast::domain
