#pragma once

namespace holdfast::tools::bench {

/// Makes SIGINT and SIGTERM set a flag instead of ending the process, so that everything that was started is stopped.
void watch_interrupts() noexcept;

/// Whether one of them arrived. Lock-free; callable from anywhere.
[[nodiscard]] auto interrupted() noexcept -> bool;

} // namespace holdfast::tools::bench
