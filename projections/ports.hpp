#pragma once

#include "domain/instant.hpp"

#include <functional>

namespace holdfast::projections {

/// Has a closure run on a projection's own thread of control (its actor): later, one at a time, in the order of posting.
/// Callable from any thread, also while that actor runs; never runs the closure on the caller's stack. After the actor is
/// gone closures are destroyed unrun, which is safe: they hold weak references, and reply handles answer for themselves.
using post_function = std::function<void(std::function<void()>)>;

/// Fact time now. Thread-safe, and cheap: it is asked once a read.
using clock_function = std::function<domain::instant()>;

} // namespace holdfast::projections
