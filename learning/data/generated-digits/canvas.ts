/** A grey picture being drawn: `size` by `size` values in row order, 0 for paper and 1 for full ink. */
export interface Canvas {
  readonly size: number;
  readonly ink: Float64Array;
}

/**
 * Draws the line between two points `[x, y]`, in pixels from the upper left corner, with round ends. Its coverage is 1 within
 * `radius - softness / 2` of the segment and falls linearly to 0 at `radius + softness / 2`. A pixel takes the larger of its
 * ink and `strength` times the coverage; a negative strength takes ink away: the ink is multiplied by 1 + strength * coverage.
 */
export function drawSegment(
  canvas: Canvas,
  from: Float64Array,
  to: Float64Array,
  radius: number,
  softness: number,
  strength: number,
): void {
  const { size, ink } = canvas;
  const [x0, y0, x1, y1] = [from[0] as number, from[1] as number, to[0] as number, to[1] as number];
  const reach = radius + softness / 2;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - reach));
  const right = Math.min(size - 1, Math.floor(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - reach));
  const bottom = Math.min(size - 1, Math.floor(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const lengthSquared = dx * dx + dy * dy;
  for (let row = top; row <= bottom; row++) {
    const y = row + 0.5 - y0;
    for (let column = left; column <= right; column++) {
      const x = column + 0.5 - x0;
      const along = lengthSquared > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / lengthSquared)) : 0;
      const distanceSquared = (x - along * dx) ** 2 + (y - along * dy) ** 2;
      if (distanceSquared >= reach * reach) continue;
      const coverage = Math.min(1, (reach - Math.sqrt(distanceSquared)) / softness);
      const at = row * size + column;
      const before = ink[at] as number;
      ink[at] = strength > 0 ? Math.max(before, strength * coverage) : before * (1 + strength * coverage);
    }
  }
}
