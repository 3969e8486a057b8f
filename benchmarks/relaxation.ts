import { javascript } from "../core/compile/javascript/javascript.js";
import type { Carried, CompiledLoop } from "../core/compile/program.js";
import type { Expression } from "../core/expression/expression.js";
import { add } from "../core/expression/functions.js";
import { substituteOne } from "../core/expression/transform.js";
import type { Benchmark, Variant } from "./benchmark.js";
import { ITERATIONS, networkTask, SIZES } from "./equilibrium-propagation.js";
import { HandWrittenNetwork } from "./hand-written-network.js";

/** Sweeps over the layers as a loop; an input that is carried counts as changing, so nothing it enters is computed before. */
function sweeps(inputChanges: boolean): CompiledLoop {
  const { system } = networkTask().task;
  const latest = new Map<Expression, Expression>();
  const carried: Carried[] = [];
  for (const { name, symbol: state } of system.state) {
    const force = substituteOne(system.field.get(name) as Expression, latest);
    const next = add(state, force);
    latest.set(state, next);
    carried.push({ symbol: state, next });
  }
  if (inputChanges) for (const { symbol: input } of system.input) carried.push({ symbol: input, next: input });
  return javascript.compileLoop({ carried }, { trajectories: SIZES.examples, perTrajectory: new Set(["x"]) });
}

/** The relaxation of a layered network, and what the split of invariants saves. */
export const networkRelaxation: Benchmark = {
  name: "relaxation",
  title: `Relaxation of a 784-512-10 network, ${ITERATIONS} sweeps, batch ${SIZES.examples}`,
  unit: "sweeps",
  unitsPerRun: () => ITERATIONS,
  tolerance: 1e-10,
  variants() {
    const { arrays } = networkTask();
    const byHand = new HandWrittenNetwork(SIZES, arrays);
    const generated = (name: string, inputChanges: boolean): Variant => {
      const loop = sweeps(inputChanges);
      for (const [each, values] of Object.entries(arrays)) loop.inputs[each]?.set(values);
      const { hidden1, output } = loop.inputs as Record<"hidden1" | "output", Float64Array>;
      return {
        name,
        run: () => {
          hidden1.fill(0);
          output.fill(0);
          loop.run(0, ITERATIONS);
        },
        result: () => output,
      };
    };
    return [
      {
        name: "hand-written",
        run: () => {
          byHand.u1.fill(0);
          byHand.u2.fill(0);
          byHand.computeDrive();
          byHand.relax(ITERATIONS, 0);
        },
        result: () => byHand.u2,
      },
      generated("generated", false),
      generated("generated, without the split of invariants", true),
    ];
  },
};
