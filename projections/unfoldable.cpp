#include "projections/unfoldable.hpp"

namespace holdfast::projections {

void stop_folding(const std::string& why) {
  throw unfoldable{why};
}

} // namespace holdfast::projections
