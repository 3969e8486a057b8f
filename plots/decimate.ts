/** Points of a curve that are worth drawing; a NaN pair separates pieces. */
export interface Polyline {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Pieces up to this many points are drawn as they are. */
const drawnWhole = { graph: 4000, path: 500 };
/** Deviation from the true curve, in pixels, that no eye will see. */
const tolerance = 0.2;

/**
 * The points of a curve that a picture can show. Points that are not finite break the curve. Where x runs one way, a piece
 * of more than 4000 points keeps the first, lowest, highest and last point of each pixel column, so that no peak is lost;
 * elsewhere a piece of more than 500 keeps those that hold it within a fifth of a pixel (Douglas and Peucker 1973).
 * @param toPixelX The pixel coordinate of an x value; likewise `toPixelY`.
 */
export function drawablePoints(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  toPixelX: (value: number) => number,
  toPixelY: (value: number) => number,
): Polyline {
  const kept = { x: [] as number[], y: [] as number[] };
  for (const [from, to] of finiteRuns(x, y)) {
    if (kept.x.length > 0) push(kept, Number.NaN, Number.NaN);
    const indices = keptIndices(x, y, from, to, toPixelX, toPixelY);
    if (indices === undefined) for (let i = from; i < to; i++) push(kept, x[i] as number, y[i] as number);
    else for (const i of indices) push(kept, x[i] as number, y[i] as number);
  }
  return kept;
}

/** The indices worth keeping in a piece; undefined where all are. */
function keptIndices(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  from: number,
  to: number,
  toPixelX: (value: number) => number,
  toPixelY: (value: number) => number,
): number[] | undefined {
  if (to - from <= drawnWhole.path) return undefined;
  const px = (i: number) => toPixelX(x[i] as number);
  const py = (i: number) => toPixelY(y[i] as number);
  if (!isMonotone(x, from, to)) return simplified(from, to, px, py);
  if (to - from <= drawnWhole.graph) return undefined;
  return columnExtremes(from, to, (i) => Math.floor(px(i)), py);
}

function push(points: { x: number[]; y: number[] }, x: number, y: number): void {
  points.x.push(x);
  points.y.push(y);
}

/** Half-open index ranges over which both coordinates are finite. */
function* finiteRuns(x: ArrayLike<number>, y: ArrayLike<number>): Generator<[number, number]> {
  let from = -1;
  for (let i = 0; i <= x.length; i++) {
    const finite = i < x.length && Number.isFinite(x[i]) && Number.isFinite(y[i]);
    if (finite && from < 0) from = i;
    if (!finite && from >= 0) {
      yield [from, i];
      from = -1;
    }
  }
}

function isMonotone(x: ArrayLike<number>, from: number, to: number): boolean {
  let rises = true;
  let falls = true;
  for (let i = from + 1; i < to && (rises || falls); i++) {
    if ((x[i] as number) < (x[i - 1] as number)) rises = false;
    if ((x[i] as number) > (x[i - 1] as number)) falls = false;
  }
  return rises || falls;
}

function columnExtremes(
  from: number,
  to: number,
  column: (i: number) => number,
  height: (i: number) => number,
): number[] {
  const kept: number[] = [];
  for (let start = from; start < to; ) {
    let low = start;
    let high = start;
    let end = start + 1;
    for (const here = column(start); end < to && column(end) === here; end++) {
      if (height(end) < height(low)) low = end;
      if (height(end) > height(high)) high = end;
    }
    kept.push(...new Set([start, Math.min(low, high), Math.max(low, high), end - 1]));
    start = end;
  }
  return kept;
}

function simplified(from: number, to: number, px: (i: number) => number, py: (i: number) => number): number[] {
  const x = Float64Array.from({ length: to - from }, (_, i) => px(from + i));
  const y = Float64Array.from({ length: to - from }, (_, i) => py(from + i));
  const keep = new Uint8Array(x.length);
  keep[0] = keep[x.length - 1] = 1;
  const open: [number, number][] = [[0, x.length - 1]];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const farthest = farthestFromChord(x, y, ...range);
    if (farthest === undefined) continue;
    keep[farthest] = 1;
    open.push([range[0], farthest], [farthest, range[1]]);
  }
  const kept: number[] = [];
  keep.forEach((isKept, i) => {
    if (isKept === 1) kept.push(from + i);
  });
  return kept;
}

/** The point between two others that is farthest from the segment joining them; undefined where all are near enough. */
function farthestFromChord(x: Float64Array, y: Float64Array, a: number, b: number): number | undefined {
  const [ax, ay] = [x[a] as number, y[a] as number];
  const [dx, dy] = [(x[b] as number) - ax, (y[b] as number) - ay];
  const length2 = dx * dx + dy * dy;
  let farthest: number | undefined;
  let distance2 = tolerance * tolerance;
  for (let i = a + 1; i < b; i++) {
    const [rx, ry] = [(x[i] as number) - ax, (y[i] as number) - ay];
    const along = length2 === 0 ? 0 : Math.min(1, Math.max(0, (rx * dx + ry * dy) / length2));
    const [ex, ey] = [rx - along * dx, ry - along * dy];
    const here2 = ex * ex + ey * ey;
    if (here2 <= distance2) continue;
    distance2 = here2;
    farthest = i;
  }
  return farthest;
}
