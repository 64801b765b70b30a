#pragma once

#include <inkling/core/config.hpp>
#include <inkling/ink/ink.hpp>

namespace inkling::inline INKLING_ABI {

/// Makes hairlines as dark as the strokes that they lead to. A pen that is pressed unevenly, or has a broad nib, draws
/// lines that are paler than half of the level, and a character that they hold together would fall apart. Where nothing
/// darker lies within 0.7 of a stroke's width, ink counts for up to 1.6 times what it is, if it then hangs together
/// with a stroke and does not run out of the picture: what stands alone, and a ruled line, stays as pale as it is.
void even_pressure(Ink& ink);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/ink/pressure.ipp>
#endif
