import { describe, expect, it } from "vitest";
import { drawSegment } from "./canvas.js";

const blank = (size: number) => ({ size, ink: new Float64Array(size * size) });
const point = (x: number, y: number) => Float64Array.of(x, y);

describe("drawSegment", () => {
  it("covers what is near the segment, with a linear edge", () => {
    const canvas = blank(9);
    drawSegment(canvas, point(2.5, 4.5), point(6.5, 4.5), 1.5, 2, 0.8);
    const at = (row: number, column: number) => canvas.ink[row * 9 + column] as number;
    expect(at(4, 4)).toBeCloseTo(0.8, 12);
    expect(at(3, 4)).toBeCloseTo(0.8 * 0.75, 12);
    expect(at(6, 4)).toBeCloseTo(0.8 * 0.25, 12);
    expect(at(7, 4)).toBe(0);
    expect(at(4, 1)).toBeCloseTo(0.8 * 0.75, 12);
    expect(at(4, 8)).toBeCloseTo(0.8 * 0.25, 12);
    expect(at(3, 1)).toBeCloseTo(0.4 * (2.5 - Math.SQRT2), 12);
  });

  it("draws the ink of its distance field, whatever the direction", () => {
    const size = 20;
    const canvas = blank(size);
    const [x0, y0, x1, y1, radius, softness] = [3.2, 4.1, 14.7, 12.9, 1.7, 1.3];
    drawSegment(canvas, point(x0, y0), point(x1, y1), radius, softness, 1);
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        let distance = Number.POSITIVE_INFINITY;
        for (let u = 0; u <= 1; u += 1e-4) {
          distance = Math.min(distance, Math.hypot(x0 + u * (x1 - x0) - column - 0.5, y0 + u * (y1 - y0) - row - 0.5));
        }
        const expected = Math.min(1, Math.max(0, (radius + softness / 2 - distance) / softness));
        expect(canvas.ink[row * size + column]).toBeCloseTo(expected, 3);
      }
    }
  });

  it("keeps the darker of two strokes, takes ink away, and stays on the canvas", () => {
    const canvas = blank(4);
    drawSegment(canvas, point(-9, 2), point(9, 2), 3, 1, 0.5);
    drawSegment(canvas, point(2, -9), point(2, 9), 0.75, 0.5, 0.3);
    expect([...canvas.ink]).toEqual(new Array(16).fill(0.5));
    drawSegment(canvas, point(0.5, 0.5), point(0.5, 0.5), 0.5, 0.5, -1);
    expect(canvas.ink[0]).toBe(0);
    expect(canvas.ink[5]).toBe(0.5);
  });
});
