#pragma once

#include <inkling/core/config.hpp>
#include <inkling/core/rng.hpp>
#include <inkling/data/sheet.hpp>

/// What pens, paper and time do to a character on a sheet.
namespace inkling::inline INKLING_ABI {

/// A pencil pressed unevenly: along its strokes the ink goes down to 1 - depth.
void press_unevenly(Sheet& sheet, float depth, Rng& rng);

/// The grain of paper shows through a pencil or a dry pen: each pixel of ink loses up to `amount` of itself.
void add_grain(Sheet& sheet, float amount, Rng& rng);

/// Light that changes slowly over the paper, and falls to 1 - depth at most.
void light_unevenly(Sheet& sheet, float depth, Rng& rng);

/// Blotches of the paper, `size` pixels apart and as dark as `depth` at most.
void add_texture(Sheet& sheet, float depth, float size, Rng& rng);

/// What is written on the back shines through, mirrored: `back`, of the same size, takes `depth` of the light.
void add_print_through(Sheet& sheet, const Sheet& back, float depth);

}  // namespace inkling::inline INKLING_ABI

#ifndef INKLING_COMPILED
#include <inkling/data/wear.ipp>
#endif
