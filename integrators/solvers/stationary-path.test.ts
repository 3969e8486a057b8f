import { describe, expect, test } from "vitest";
import { type PathAction, stationaryPath } from "./stationary-path.js";

const STEP = 0.1;

/** S = sum of h (v^2/2 - V) with V = k q^2/2 + c q^4/4 by the trapezoid rule, one k and c per trajectory. */
function oscillators(nodes: number, k: readonly number[], c: readonly number[]): PathAction {
  const lanes = k.length;
  const share = (node: number): number => (node === 0 || node === nodes - 1 ? STEP / 2 : STEP);
  return {
    nodes,
    trajectories: lanes,
    size: 1,
    forces: (path) =>
      path.map((q, at) => {
        const [node, lane] = [Math.floor(at / lanes), at % lanes];
        const before = node > 0 ? (q - path[at - lanes]!) / STEP : 0;
        const after = node < nodes - 1 ? (path[at + lanes]! - q) / STEP : 0;
        return before - after - share(node) * (k[lane]! * q + c[lane]! * q ** 3);
      }),
    curvature: (path) => ({
      diagonal: path.map((q, at) => {
        const [node, lane] = [Math.floor(at / lanes), at % lanes];
        const ends = node === 0 || node === nodes - 1 ? 1 : 2;
        return ends / STEP - share(node) * (k[lane]! + 3 * c[lane]! * q * q);
      }),
      upper: new Float64Array((nodes - 1) * lanes).fill(-1 / STEP),
    }),
  };
}

describe("a stationary path", () => {
  test("of harmonic oscillators between given ends is the discrete sine wave, in one Newton step", () => {
    const nodes = 21;
    const path = new Float64Array(nodes * 2);
    path.set([0.3, -0.5], (nodes - 1) * 2);
    const report = stationaryPath(oscillators(nodes, [1, 0.25], [0, 0]), path, "inner", 20);
    expect(report.iterations).toBeLessThanOrEqual(3);
    expect(Math.max(...report.residual)).toBeLessThan(1e-13);
    [1, 0.25].forEach((k, lane) => {
      // 2 - 2 cos(w h) = k h^2.
      const angle = Math.acos(1 - (k * STEP ** 2) / 2);
      const scale = [0.3, -0.5][lane]! / Math.sin(angle * (nodes - 1));
      for (let node = 0; node < nodes; node++) {
        expect(path[node * 2 + lane]).toBeCloseTo(scale * Math.sin(angle * node), 12);
      }
    });
  });

  test("trajectories do not feel each other", () => {
    const nodes = 16;
    const ends = [0.4, 0.9];
    const alone = ends.map((end, lane) => {
      const path = new Float64Array(nodes).fill(end, nodes - 1);
      stationaryPath(oscillators(nodes, [[0.5, 1.5][lane]!], [[2, 1][lane]!]), path, "inner", 30);
      return path;
    });
    const together = new Float64Array(nodes * 2);
    together.set(ends, (nodes - 1) * 2);
    stationaryPath(oscillators(nodes, [0.5, 1.5], [2, 1]), together, "inner", 30);
    for (let node = 0; node < nodes; node++) {
      for (const lane of [0, 1]) expect(together[node * 2 + lane]).toBeCloseTo(alone[lane]![node]!, 12);
    }
  });

  test("a free end has no momentum, and a closed path comes back", () => {
    const nodes = 13;
    const action = oscillators(nodes, [0.7], [1]);
    const free = new Float64Array(nodes).fill(0.15);
    expect(stationaryPath(action, free, "all but the first", 30).residual[0]).toBeLessThan(1e-13);
    expect(Math.abs(action.forces(free)[nodes - 1]!)).toBeLessThan(1e-13);
    const closed = Float64Array.from({ length: nodes }, (_, k) => 0.2 * Math.sin(k));
    expect(stationaryPath(action, closed, "all", 30).residual[0]).toBeLessThan(1e-13);
    expect(closed[nodes - 1]).toBe(closed[0]);
  });

  test("what cannot be solved is left with its residual", () => {
    // At half a period every amplitude fits the ends, or none does: the matrix is singular.
    const action = oscillators(3, [2 / STEP ** 2], [0]);
    const path = Float64Array.of(0, 0, 1);
    const { residual, iterations } = stationaryPath(action, path, "inner", 30);
    expect(iterations).toBe(0);
    expect(residual[0]).toBeGreaterThan(1);
  });
});
