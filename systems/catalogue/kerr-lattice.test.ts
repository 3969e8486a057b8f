import { describe, expect, it } from "vitest";
import { evaluateScalar } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { fieldAt, randomValues } from "../evaluation.testing.js";
import { kerrLattice, kerrLatticeWithModes } from "./kerr-lattice.js";

const [ROWS, COLUMNS] = [3, 4];
const site = (row: number, column: number): number => row * COLUMNS + column;

/** dPhi/dt = -i dH/dPhi* in real and imaginary parts, from the couplings of every site, by hand. */
function byHand(values: Record<string, Float64Array>, boundary: "open" | "periodic"): [number[], number[]] {
  const { q, p, detuning, coupling_vertical: down, coupling_horizontal: right, kerr } = values;
  const [real, imaginary] = [new Array<number>(ROWS * COLUMNS).fill(0), new Array<number>(ROWS * COLUMNS).fill(0)];
  const slope = [real, imaginary];
  const parts = [q!, p!];
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const here = site(row, column);
      const local = detuning![here]! + (kerr![0]! * (q![here]! ** 2 + p![here]! ** 2)) / 2;
      const width = boundary === "open" ? COLUMNS - 1 : COLUMNS;
      const links: [number, number][] = [];
      if (boundary === "periodic" || row + 1 < ROWS) links.push([site((row + 1) % ROWS, column), down![here]!]);
      if (boundary === "periodic" || column + 1 < COLUMNS)
        links.push([site(row, (column + 1) % COLUMNS), right![row * width + column]!]);
      slope.forEach((total, k) => {
        total[here] = total[here]! + local * parts[k]![here]!;
        for (const [there, coupling] of links) {
          total[here] = total[here]! + coupling * parts[k]![there]!;
          total[there] = total[there]! + coupling * parts[k]![here]!;
        }
      });
    }
  }
  return [imaginary, real.map((entry) => -entry)];
}

describe("kerrLattice", () => {
  it.each(["open", "periodic"] as const)("obeys i dPhi/dt = dH/dPhi*: %s", (boundary) => {
    const { system } = kerrLattice({ rows: ROWS, columns: COLUMNS, boundary });
    const values = randomValues(system, 1);
    const { q, p } = fieldAt(system, values);
    const [real, imaginary] = byHand(values, boundary);
    real.forEach((rate, k) => {
      expect(q![k]).toBeCloseTo(rate, 13);
      expect(p![k]).toBeCloseTo(imaginary[k]!, 13);
    });
  });

  it("is reversed in time by complex conjugation", () => {
    const { system } = kerrLatticeWithModes({ rows: ROWS, columns: COLUMNS });
    const values = randomValues(system, 2);
    const conjugate = { ...values, p: values.p!.map((x) => -x), psi_p: values.psi_p!.map((x) => -x) };
    const [before, after] = [fieldAt(system, values), fieldAt(system, conjugate)];
    for (const [name, sign] of [
      ["q", -1],
      ["psi_q", -1],
      ["p", 1],
      ["psi_p", 1],
    ] as const) {
      before[name]!.forEach((rate, k) => {
        expect(after[name]![k]).toBeCloseTo(sign * rate, 13);
      });
    }
  });

  it("couples modes to their sites and to nothing else", () => {
    const sites = [
      [0, 3],
      [2, 1],
    ] as const;
    const { system } = kerrLatticeWithModes({ rows: ROWS, columns: COLUMNS, sites });
    const lattice = kerrLattice({ rows: ROWS, columns: COLUMNS });
    const values = randomValues(system, 3);
    const [with_, without] = [fieldAt(system, values), fieldAt(lattice.system, values)];
    const { q, p, psi_q, psi_p, mode_detuning, mode_coupling } = values as Record<string, Float64Array>;
    sites.forEach(([row, column], m) => {
      const here = site(row, column);
      expect(with_.psi_q![m]).toBeCloseTo(mode_detuning![m]! * psi_p![m]! + mode_coupling![m]! * p![here]!, 14);
      expect(with_.psi_p![m]).toBeCloseTo(-mode_detuning![m]! * psi_q![m]! - mode_coupling![m]! * q![here]!, 14);
    });
    for (let k = 0; k < ROWS * COLUMNS; k++) {
      const m = sites.findIndex(([row, column]) => site(row, column) === k);
      const [pulledQ, pulledP] = m < 0 ? [0, 0] : [mode_coupling![m]! * psi_p![m]!, -mode_coupling![m]! * psi_q![m]!];
      expect(with_.q![k]).toBeCloseTo(without.q![k]! + pulledQ, 13);
      expect(with_.p![k]).toBeCloseTo(without.p![k]! + pulledP, 13);
    }
  });

  it("starts with the intensity it says", () => {
    const intensity = ({ system }: ReturnType<typeof kerrLattice>, values: Record<string, unknown>): number =>
      evaluateScalar(system.invariants.get("intensity") as Expression, values as never);
    const open = kerrLattice();
    expect(intensity(open, open.initial)).toBeCloseTo(4, 14);
    const periodic = kerrLattice({ boundary: "periodic" });
    expect(intensity(periodic, periodic.initial)).toBeCloseTo(16, 13);
    const { coupling_vertical, coupling_horizontal, mode_coupling } = kerrLatticeWithModes().parameters;
    expect([coupling_vertical, coupling_horizontal, mode_coupling]).toEqual([10, 10, 0.3]);
  });

  it.each([
    [() => kerrLattice({ rows: 1 }), "kerrLattice, rows: got 1"],
    [() => kerrLattice({ boundary: "ring" as never }), 'kerrLattice, boundary: got "ring", expected open, periodic'],
    [() => kerrLattice({ kerr: Number.NaN }), "kerrLattice, kerr: got NaN"],
    [() => kerrLatticeWithModes({ columns: 0 }), "kerrLatticeWithModes, columns: got 0"],
    [() => kerrLatticeWithModes({ sites: [[0, 4]] }), "kerrLatticeWithModes, sites: got [[0,4]], expected pairs"],
    [() => kerrLatticeWithModes({ sites: [] }), "kerrLatticeWithModes, sites: got []"],
  ])("refuses %s", (make, message) => {
    expect(make).toThrow(message);
  });
});
