import type { Color } from "./pixel-image.js";

const levels = 255;

// Viridis (van der Walt and Smith 2015): even steps in lightness, also in print and under colour blindness.
const viridis = [
  "#440154",
  "#482878",
  "#3e4989",
  "#31688e",
  "#26828e",
  "#1f9e89",
  "#35b779",
  "#6ece58",
  "#b5de2b",
  "#fde725",
];
// Red-blue (ColorBrewer, Brewer 2003), blue below the middle.
const blueRed = [
  "#053061",
  "#2166ac",
  "#4393c3",
  "#92c5de",
  "#d1e5f0",
  "#f7f7f7",
  "#fddbc7",
  "#f4a582",
  "#d6604d",
  "#b2182b",
  "#67001f",
];

/** 255 colours that tell small from large. */
export const sequentialColors: readonly Color[] = interpolated(viridis);
/** 255 colours from negative (blue) over zero (white) to positive (red). */
export const divergingColors: readonly Color[] = interpolated(blueRed);
/** 255 greys from white to black. */
export const greys: readonly Color[] = interpolated(["#ffffff", "#000000"]);

/** The colour index, 0 to 254, of a value between two limits; values beyond them take the nearest limit's. */
export function colorIndex(value: number, [low, high]: readonly [number, number]): number {
  const part = (value - low) / (high - low);
  return Math.round((levels - 1) * Math.min(1, Math.max(0, part)));
}

function interpolated(stops: readonly string[]): Color[] {
  const colors = stops.map((stop) => [1, 3, 5].map((at) => Number.parseInt(stop.slice(at, at + 2), 16)));
  return Array.from({ length: levels }, (_, i) => {
    const position = (i / (levels - 1)) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(position));
    const mix = (channel: number) => {
      const [from, to] = [colors[index]?.[channel] ?? 0, colors[index + 1]?.[channel] ?? 0];
      return Math.round(from + (position - index) * (to - from));
    };
    return [mix(0), mix(1), mix(2)] as const;
  });
}
