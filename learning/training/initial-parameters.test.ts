import { describe, expect, it } from "vitest";
import { type Declarations, type ParameterDeclaration, parameterBlocks } from "../../core/block-declarations.js";
import type { DynamicalSystem } from "../../core/system.js";
import { initialParameters } from "./initial-parameters.js";

const systemOf = (parameters: Declarations<ParameterDeclaration>): DynamicalSystem =>
  ({ parameters: parameterBlocks("parameters", parameters) }) as unknown as DynamicalSystem;

const spread = (values: Float64Array): number =>
  Math.sqrt(values.reduce((total, v) => total + v * v, 0) / values.length);

describe("initialParameters", () => {
  it("draws matrices within Glorot's limits and leaves scalars and vectors at zero or their default", () => {
    const system = systemOf({
      W: [60, 40],
      b: [3],
      g: [],
      mass: { shape: [2], default: 4 },
      table: { shape: [2, 2], default: [1, 2, 3, 4] },
    });
    const { W, b, g, mass, table } = initialParameters(system, { seed: 3 }) as Record<string, Float64Array>;
    const limit = Math.sqrt(6 / 100);
    expect(Math.max(...(W as Float64Array))).toBeLessThan(limit);
    expect(Math.min(...(W as Float64Array))).toBeGreaterThan(-limit);
    // The standard deviation of a uniform number within +-limit is limit / sqrt(3); 2400 of them tell it to 1 %.
    expect(spread(W as Float64Array) / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
    expect([...(b as Float64Array), ...(g as Float64Array)]).toEqual([0, 0, 0, 0]);
    expect([...(mass as Float64Array)]).toEqual([4, 4]);
    expect([...(table as Float64Array)]).toEqual([1, 2, 3, 4]);
  });

  it("counts the window of a kernel with its inputs and outputs", () => {
    const { K } = initialParameters(systemOf({ K: [20, 30, 3, 3] }), { seed: 1 }) as { K: Float64Array };
    const limit = Math.sqrt(6 / (50 * 9));
    expect(Math.max(...K)).toBeLessThan(limit);
    expect(spread(K) / (limit / Math.sqrt(3))).toBeCloseTo(1, 1);
  });

  it("gives a block the same values whatever other blocks there are, and others for another name or seed", () => {
    const alone = initialParameters(systemOf({ W2: [3, 2] }), { seed: 5 });
    const together = initialParameters(systemOf({ W1: [3, 2], W2: [3, 2] }), { seed: 5 });
    expect(together.W2).toEqual(alone.W2);
    expect(together.W1).not.toEqual(together.W2);
    expect(initialParameters(systemOf({ W2: [3, 2] }), { seed: 6 }).W2).not.toEqual(alone.W2);
  });

  it("is scaled for all or by name", () => {
    const system = systemOf({ V: [3, 2], W: [3, 2] });
    const plain = initialParameters(system);
    const doubled = initialParameters(system, { scale: 2 });
    const one = initialParameters(system, { scale: { V: 2 } });
    expect(doubled.W).toEqual(plain.W?.map((value) => 2 * value));
    expect(one).toEqual({ V: doubled.V, W: plain.W });
  });

  it("refuses a seed, scale or name that does not fit", () => {
    const system = systemOf({ W: [3, 2] });
    expect(() => initialParameters(system, { seed: -1 })).toThrow("seed: got -1");
    expect(() => initialParameters(system, { scale: -1 })).toThrow("initialParameters scale: got -1");
    expect(() => initialParameters(system, { scale: { W: Number.NaN } })).toThrow("initialParameters scale.W: got NaN");
    expect(() => initialParameters(system, { scale: { V: 1 } })).toThrow(
      "initialParameters scale.V: got a name the system does not declare, expected some of W.",
    );
  });
});
