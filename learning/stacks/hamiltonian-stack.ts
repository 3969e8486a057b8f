import type {
  BlockDeclaration,
  Declarations,
  NamesOf,
  NoBlocks,
  ParameterDeclaration,
} from "../../core/block-declarations.js";
import { SystemDraft } from "../../core/define-system.js";
import { InputError } from "../../core/errors.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, constant, divide, multiply, sum, symbol } from "../../core/expression/functions.js";
import { substitute, substituteOne } from "../../core/expression/transform.js";
import type { Integrator } from "../../core/integrator.js";
import { START_TIME, STEP_SIZE, stepProgram } from "../../core/simulation/step-program.js";
import { dependsOn } from "../../core/structure-proofs.js";
import { type BlockNames, type DynamicalSystem, TIME } from "../../core/system.js";
import { type LearningTask, learningTask } from "../task.js";
import type { AnyStackDeclaration, LayerDeclarations, StackDeclaration, StackNames } from "./declaration.js";
import { nameIn, type ReadHamiltonianLayer, type ReadLayer, readLayers } from "./layers.js";

/** A layer with a state, and the task that a rule learns by its echo. */
export interface RecurrentLayer extends ReadHamiltonianLayer {
  /** The layer alone, with the cost sum(slope * block) after each step; the slopes are targets, see {@link slopeOf}. */
  readonly task: LearningTask;
}

/** The layers of a stack. */
export interface StackStructure {
  readonly integrator: Integrator;
  /** Layers with a state, from the bottom up. */
  readonly recurrent: readonly RecurrentLayer[];
  /** Expressions of the layers without a state, by name: of stack inputs and states after the step. */
  readonly ordinary: ReadonlyMap<string, Expression>;
  /** What is averaged over the steps, by name. */
  readonly pooling: ReadonlyMap<string, Expression>;
}

/** A task whose system is a stack of layers. */
export interface HamiltonianStack<N extends BlockNames = BlockNames, T extends string = string>
  extends LearningTask<N, T> {
  readonly stack: StackStructure;
}

/** The target of a layer's own task that holds the cost's slopes at a state block. */
export const slopeOf = (block: string): string => `slope of ${block}`;

/**
 * Layers one above the other: systems that an integrator moves, each driven by the layers below it, and functions
 * without a state between them. During step k the stack's input row k drives the lowest system; whatever lies above
 * reads the states that the systems below have after the step,
 *
 *     z_1(k+1) = S_1(z_1(k), u_1(x_k)),   z_2(k+1) = S_2(z_2(k), u_2(x_k, z_1(k+1))),   ...
 *
 * A formula may name any layer below, so that inputs and layers may skip others. All parameters are learned, those of
 * the functions and those of the systems; of a system only the step is taken, so that any of `system` and `integrator`
 * will do that the learning rule takes (Hamiltonian ones for the echo).
 *
 *     const stack = hamiltonianStack({
 *       name: "two units", integrator: leapfrog({ step: 0.1, first: "drift" }), steps: 60, input: { x: [2] },
 *       layers: {
 *         low: { system: linear, input: { u: "x" } },
 *         mix: { parameters: { W: [4, 3], b: [4] }, value: "tanh(W @ low_phi + b)" },
 *         high: { system: nonlinear, input: { u: "mix" } },
 *         readout: { parameters: { C: [1, 4] }, value: "C @ high_phi + mix[0]" },
 *         score: { mean: "readout" },
 *       },
 *       target: { y: [1] }, cost: { perStep: "sum((readout - y)^2)/2", final: "sum(score^2)" },
 *     });
 *
 * The result is a task like any other. Its system is the whole stack as a map from step to step, with state blocks
 * `LAYER_BLOCK` for systems and `LAYER` for functions (their values after the step, 0 at the start) and parameters
 * `LAYER_PARAMETER`; `backpropagationThroughTime({ integrator: iterate() })` is the reference, and
 * `layerwiseHamiltonianEcho` learns by echoes. Costs read the layers by these names. A running cost is integrated by
 * the trapezoid rule over the states 0 to K with the integrator's step; functions in it are evaluated at those states,
 * and may not depend on inputs that vary. The initial state belongs to the layers, so that data have none. Time in
 * formulas of systems is the integrator's; in costs `t` counts steps.
 *
 * Source: Pourcel & Ernoult 2025 (arXiv 2506.05259), equations 15 to 18.
 *
 * @throws InputError for a layer, formula, name, cost or number of steps that does not fit, or a system that the
 * integrator refuses
 */
export function hamiltonianStack<
  const L extends LayerDeclarations,
  const I extends Declarations<BlockDeclaration> = NoBlocks,
  const T extends Declarations<BlockDeclaration> = NoBlocks,
>(declaration: StackDeclaration<L, I, T>): HamiltonianStack<StackNames<L, I>, NamesOf<T>> {
  return buildStack(declaration as unknown as AnyStackDeclaration) as unknown as HamiltonianStack<
    StackNames<L, I>,
    NamesOf<T>
  >;
}

function buildStack(declaration: AnyStackDeclaration): HamiltonianStack {
  const { name, integrator, steps, target = {}, cost } = declaration;
  const label = `hamiltonianStack "${name}"`;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new InputError({ field: `${label}, steps`, given: String(steps), expected: "a whole number, 1 or more" });
  }
  const { layers, parameters } = readLayers(label, declaration);
  const recurrent = layers.filter((layer) => layer.kind === "hamiltonian");
  for (const { system } of recurrent) {
    const refused = integrator.stochastic ? "an integrator without noise" : integrator.refusal(system);
    if (refused !== undefined) {
      throw new InputError({ field: `${label}, integrator`, given: integrator.name, expected: refused });
    }
  }
  const valuesOf = (kind: "ordinary" | "pooling"): ReadonlyMap<string, Expression> =>
    new Map(layers.flatMap((layer) => (layer.kind === kind ? [[layer.name, layer.value]] : [])));
  const [ordinary, pooling] = [valuesOf("ordinary"), valuesOf("pooling")];
  const system = stackedMap(declaration, layers, parameters);
  const initial = layers.flatMap((layer) =>
    layer.kind === "hamiltonian"
      ? [...layer.initial].map(([block, start]) => [nameIn(layer.name, block), () => start] as const)
      : [[layer.name, () => constant(0, layer.value.shape)] as const],
  );
  const task = learningTask(system, {
    target,
    cost,
    horizon: { steps },
    initial: Object.fromEntries(initial),
  });
  const running = task.cost.running && {
    running: multiply(integrator.step, substituteOne(task.cost.running, meaningOf(ordinary))),
  };
  const costs = { ...task.cost, ...running };
  for (const part of ["perStep", "running"] as const) {
    const mean = [...pooling].find(
      ([layer, { shape }]) => costs[part] && dependsOn([costs[part]], [symbol(layer, shape)]),
    );
    if (mean === undefined) continue;
    throw new InputError({
      field: `${label}, cost.${part}`,
      given: `a cost of ${mean[0]}, the mean over all steps`,
      expected: "costs of means in cost.final",
    });
  }
  const drives = recurrent.flatMap(({ input }) => [...input.values()]);
  const readers = [...Object.values(costs), ...ordinary.values(), ...pooling.values(), ...drives];
  return {
    ...task,
    cost: costs,
    stack: { integrator, recurrent: recurrent.map((layer) => withTask(layer, steps, readers)), ordinary, pooling },
  };
}

const meaningOf = (ordinary: ReadonlyMap<string, Expression>): ReadonlyMap<Expression, Expression> =>
  new Map([...ordinary].map(([name, value]) => [symbol(name, value.shape), value]));

/** The whole stack as a map from the state before a step to the state after it. */
function stackedMap(
  { name, integrator, steps, input = {} }: AnyStackDeclaration,
  layers: readonly ReadLayer[],
  parameters: Declarations<ParameterDeclaration>,
): DynamicalSystem {
  const blocks = layers.flatMap((layer) =>
    layer.kind === "hamiltonian"
      ? layer.system.state.map((block) => [nameIn(layer.name, block.name), block.shape] as const)
      : [[layer.name, layer.value.shape] as const],
  );
  const draft = new SystemDraft(
    "hamiltonianStack",
    { name, parameters, input, state: Object.fromEntries(blocks) } as never,
    { state: "state" },
    [],
  );
  const after = new Map<Expression, Expression>();
  const field = layers.flatMap((layer): Expression[] => {
    if (layer.kind === "hamiltonian") {
      const drives = new Map([...layer.input].map(([driven, value]) => [driven, substituteOne(value, after)]));
      const next = stepOf(layer, integrator, drives);
      layer.system.state.forEach((block, k) => {
        after.set(symbol(nameIn(layer.name, block.name), block.shape), next[k] as Expression);
      });
      return next;
    }
    const value = substituteOne(layer.value, after);
    return [layer.kind === "ordinary" ? value : add(symbol(layer.name, value.shape), divide(value, steps))];
  });
  return draft.finish({ kind: "map", field });
}

/** The state of a layer's system after a step, in the stack's symbols. */
function stepOf(
  { name, system }: ReadHamiltonianLayer,
  integrator: Integrator,
  drives: ReadonlyMap<string, Expression>,
): Expression[] {
  const { loop, inputRows } = stepProgram(system, integrator, {
    timings: Object.fromEntries(system.input.map((block) => [block.name, "held" as const])),
  });
  const replacements = new Map<Expression, Expression>([
    [STEP_SIZE, constant(integrator.step)],
    [START_TIME, constant(0)],
    [loop.stepIndex as Expression, symbol(TIME)],
  ]);
  for (const row of inputRows) replacements.set(row.symbol, drives.get(row.input) as Expression);
  for (const block of [...system.state, ...system.parameters]) {
    replacements.set(block.symbol, symbol(nameIn(name, block.name), block.shape));
  }
  return substitute(
    loop.carried.map(({ next }) => next),
    replacements,
  );
}

/** A layer with its own task; blocks that nothing reads carry no slopes. */
function withTask(layer: ReadHamiltonianLayer, steps: number, readers: readonly Expression[]): RecurrentLayer {
  const { name, system, input, initial } = layer;
  const read = system.state.filter((block) => dependsOn(readers, [symbol(nameIn(name, block.name), block.shape)]));
  const slopes = read.map((block) => symbol(slopeOf(block.name), block.shape));
  const cost = read.map((block, k) => sum(multiply(slopes[k] as Expression, block.symbol)));
  const task = learningTask(system, {
    target: Object.fromEntries(read.map((block) => [slopeOf(block.name), block.shape])),
    cost: { perStep: () => cost.reduce((total, part) => add(total, part), constant(0)) },
    horizon: { steps },
  });
  return { kind: "hamiltonian", name, system, input, initial, task: task as LearningTask };
}
