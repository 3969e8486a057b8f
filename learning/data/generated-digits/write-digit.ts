import type { RandomStream } from "../../../core/random.js";
import type { Canvas } from "./canvas.js";
import { drawSegment } from "./canvas.js";
import type { Glyph } from "./glyphs.js";
import { GLYPHS } from "./glyphs.js";

/** How far the writings of one digit differ. Lengths are fractions of the side of the canvas, angles are in radians. */
const SPREAD = {
  /** Standard deviation of each plane wave of the displacement, in units of the skeleton (a digit is 2 high). */
  warp: 0.05,
  shear: 0.3,
  height: 0.12,
  aspect: 0.12,
  rotation: 0.2,
  shift: 0.1,
} as const;

const PEN_RADIUS = { smallest: 0.045, largest: 0.09 } as const;
const PROBABILITY_OF_A_GAP = 0.1;
const PROBABILITY_OF_A_STRAY_LINE = 0.12;

function between(random: RandomStream, low: number, high: number): number {
  return low + (high - low) * random.nextUniform();
}

/** The map from the plane of a skeleton to the pixels of a canvas. */
type Placement = (x: number, y: number, out: Float64Array) => void;

/**
 * A random placement: a smooth displacement (four plane waves) of the skeleton's plane, then shear, scales, rotation and shift.
 */
function randomPlacement(size: number, random: RandomStream): Placement {
  const waves = Array.from({ length: 4 }, (_, i) => {
    const direction = between(random, 0, 2 * Math.PI);
    const frequency = between(random, 1.2, 3.8);
    return {
      x: frequency * Math.cos(direction),
      y: frequency * Math.sin(direction),
      phase: between(random, 0, 2 * Math.PI),
      amplitude: SPREAD.warp * random.nextNormal(),
      axis: i % 2,
    };
  });
  const shear = between(random, -SPREAD.shear, SPREAD.shear);
  const height = 0.36 * size * between(random, 1 - SPREAD.height, 1 + SPREAD.height);
  const width = height * between(random, 1 - SPREAD.aspect, 1 + SPREAD.aspect);
  const angle = between(random, -SPREAD.rotation, SPREAD.rotation);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const centerX = size * (0.5 + between(random, -SPREAD.shift, SPREAD.shift));
  const centerY = size * (0.5 + between(random, -SPREAD.shift, SPREAD.shift));
  return (x, y, out) => {
    let warpedX = x;
    let warpedY = y;
    for (const wave of waves) {
      const displacement = wave.amplitude * Math.sin(wave.x * x + wave.y * y + wave.phase);
      if (wave.axis === 0) warpedX += displacement;
      else warpedY += displacement;
    }
    const right = width * (warpedX - shear * warpedY);
    const down = height * warpedY;
    out[0] = centerX + cos * right - sin * down;
    out[1] = centerY + sin * right + cos * down;
  };
}

interface Pen {
  readonly radius: number;
  readonly softness: number;
  /** Relative change of the radius along the line, by pressure. */
  readonly pressure: number;
  readonly pressurePhase: number;
}

function randomPen(size: number, random: RandomStream): Pen {
  return {
    radius: size * between(random, PEN_RADIUS.smallest, PEN_RADIUS.largest),
    softness: size * between(random, 0.035, 0.07),
    pressure: between(random, 0, 0.3),
    pressurePhase: between(random, 0, 2 * Math.PI),
  };
}

function drawGlyph(canvas: Canvas, glyph: Glyph, place: Placement, pen: Pen): void {
  const from = new Float64Array(2);
  const to = new Float64Array(2);
  let pieces = 0;
  for (const stroke of glyph) {
    place(stroke.x[0] as number, stroke.y[0] as number, from);
    for (let i = 1; i < stroke.x.length; i++) {
      place(stroke.x[i] as number, stroke.y[i] as number, to);
      const radius = pen.radius * (1 + pen.pressure * Math.sin(0.12 * pieces++ + pen.pressurePhase));
      drawSegment(canvas, from, to, radius, pen.softness, 1);
      from.set(to);
    }
  }
}

/** Draws a short bent line anywhere; a negative strength takes ink away. */
function drawFragment(canvas: Canvas, radius: number, softness: number, strength: number, random: RandomStream): void {
  const { size } = canvas;
  const from = Float64Array.of(between(random, 0, size), between(random, 0, size));
  const to = new Float64Array(2);
  const length = size * between(random, 0.04, 0.1);
  const bend = 0.35 * random.nextNormal();
  let direction = between(random, 0, 2 * Math.PI);
  for (let piece = 0; piece < 3; piece++) {
    to[0] = (from[0] as number) + length * Math.cos(direction);
    to[1] = (from[1] as number) + length * Math.sin(direction);
    drawSegment(canvas, from, to, radius, softness, strength);
    from.set(to);
    direction += bend;
  }
}

/** Writes `digit` from 0 to 9 on the empty canvas: one of its glyphs, placed and drawn at random, sometimes with a gap or a stray line. */
export function writeDigit(canvas: Canvas, digit: number, random: RandomStream): void {
  const ways = GLYPHS[digit] as readonly Glyph[];
  const glyph = ways[random.nextInteger(ways.length)] as Glyph;
  const pen = randomPen(canvas.size, random);
  drawGlyph(canvas, glyph, randomPlacement(canvas.size, random), pen);
  if (random.nextUniform() < PROBABILITY_OF_A_GAP) drawFragment(canvas, 0.035 * canvas.size, pen.softness, -1, random);
  if (random.nextUniform() < PROBABILITY_OF_A_STRAY_LINE)
    drawFragment(canvas, 0.8 * pen.radius, pen.softness, between(random, 0.4, 1), random);
}
