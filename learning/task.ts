import { type BlockDeclaration, type Declarations, inputBlocks, type NamesOf } from "../core/block-declarations.js";
import { formatShape, InputError } from "../core/errors.js";
import { type Expression, sameShape } from "../core/expression/expression.js";
import { broadcast, symbol } from "../core/expression/functions.js";
import { type AnyExpressionSource, type ExpressionSource, readSource } from "../core/expression-source.js";
import type { Horizon } from "../core/simulation/clock.js";
import { checkNames } from "../core/simulation/values.js";
import { type BlockNames, type DynamicalSystem, type InputBlock, TIME } from "../core/system.js";

/** The parts of a cost; they add up. */
export interface CostDeclaration<Names extends string> {
  /** Of the final state: the stationary state, or the state at the end of a trajectory. */
  readonly final?: ExpressionSource<Names>;
  /** Integrated over a trajectory by the trapezoid rule. */
  readonly running?: ExpressionSource<Names>;
  /** Summed over the states after each step of a trajectory. */
  readonly perStep?: ExpressionSource<Names>;
}

/** What {@link learningTask} takes. */
export interface TaskDeclaration<T, Names extends string, State extends string = string, Given extends string = Names> {
  /** Target arrays by name: what the cost compares the state with. Targets are not differentiated. */
  readonly target?: T;
  /** The cost, a scalar of state, target, parameters and input. */
  readonly cost: CostDeclaration<Names>;
  /**
   * How far trajectories go: to a time, or a number of steps of the rule's integrator. Without a horizon the cost is one of
   * the stationary state.
   */
  readonly horizon?: Horizon;
  /**
   * Initial state blocks that are computed from parameters and inputs that do not vary; the others are data. They are
   * learned through.
   */
  readonly initial?: { readonly [K in State]?: ExpressionSource<Given> };
}

/** A system with a cost: what is to be learned. */
export interface LearningTask<N extends BlockNames = BlockNames, T extends string = string> {
  readonly system: DynamicalSystem<N>;
  readonly target: readonly InputBlock[];
  readonly cost: {
    readonly final?: Expression;
    readonly running?: Expression;
    readonly perStep?: Expression;
  };
  /** Tasks over trajectories: how far they go. */
  readonly horizon?: Horizon;
  /** The initial state blocks that the task computes, as expressions of parameters and inputs. */
  readonly initial?: ReadonlyMap<string, Expression>;
  /** Only types; never set. */
  readonly targetNames?: T;
}

const COST_PARTS = ["final", "running", "perStep"] as const;

type AllNames<N extends BlockNames> = N["state"] | N["parameters"] | N["input"];

/**
 * Joins a system and a cost.
 *
 * @throws InputError for a target name the system uses already, a cost that cannot be read or is no scalar, or no cost
 */
export function learningTask<
  N extends BlockNames,
  const T extends Declarations<BlockDeclaration> = Record<never, never>,
>(
  system: DynamicalSystem<N>,
  declaration: TaskDeclaration<T, AllNames<N> | NamesOf<T>, N["state"], N["parameters"] | N["input"]>,
): LearningTask<N, NamesOf<T>> {
  const label = `learningTask of ${system.name}`;
  const target = inputBlocks(`${label}, target`, (declaration.target ?? {}) as Declarations<BlockDeclaration>);
  const blocks = [...system.state, ...system.parameters, ...system.input];
  for (const { name } of target) {
    if (name === TIME || blocks.some((block) => block.name === name)) {
      throw new InputError({
        field: `${label}, target.${name}`,
        given: "a name the system uses already",
        expected: "a name of its own",
      });
    }
  }
  const scope = new Map([...blocks, ...target].map((block) => [block.name, block.symbol] as const));
  scope.set(TIME, symbol(TIME));
  const given = declaration.cost as Readonly<Record<string, AnyExpressionSource | undefined>>;
  const cost: Record<string, Expression> = {};
  for (const part of COST_PARTS) {
    const source = given[part];
    if (source === undefined) continue;
    const expression = readSource(`${label}, cost.${part}`, source, scope);
    if (expression.shape.length > 0) {
      throw new InputError({
        field: `${label}, cost.${part}`,
        given: `an expression of the shape ${formatShape(expression.shape)}`,
        expected: "a scalar",
        remedy: "sum(...) adds all entries",
      });
    }
    cost[part] = expression;
  }
  const unknown = Object.keys(given).find((part) => !(COST_PARTS as readonly string[]).includes(part));
  if (unknown !== undefined || Object.keys(cost).length === 0) {
    throw new InputError({
      field: `${label}, cost`,
      given: unknown === undefined ? "no part" : `the part "${unknown}"`,
      expected: `at least one of ${COST_PARTS.join(", ")}`,
    });
  }
  const { horizon } = declaration;
  if (horizon === undefined && declaration.initial !== undefined) {
    throw new InputError({
      field: `${label}, initial`,
      given: "an initial state without a horizon",
      expected: "a horizon besides",
      remedy: "give horizon: { until } or { steps }, or start a free phase from `guess`",
    });
  }
  const initial = readInitialState(label, system as DynamicalSystem, declaration.initial ?? {});
  return { system, target, cost, ...(horizon === undefined ? {} : { horizon, initial }) };
}

function readInitialState(
  label: string,
  { state, parameters, input }: DynamicalSystem,
  sources: Readonly<Record<string, AnyExpressionSource | undefined>>,
): Map<string, Expression> {
  const scope = new Map([...parameters, ...input].map((block) => [block.name, block.symbol] as const));
  checkNames(
    `${label}, initial`,
    sources,
    state.map(({ name }) => name),
  );
  const initial = new Map<string, Expression>();
  for (const { name, shape } of state) {
    const source = sources[name];
    if (source === undefined) continue;
    const field = `${label}, initial.${name}`;
    const expression = readSource(field, source, scope);
    if (!sameShape(expression.shape, shape) && expression.shape.length > 0) {
      throw new InputError({
        field,
        given: `an expression of the shape ${formatShape(expression.shape)}`,
        expected: `the shape ${formatShape(shape)}, or a scalar`,
      });
    }
    initial.set(name, broadcast(expression, shape));
  }
  return initial;
}

/** Names the task in error messages. */
export const taskName = (task: LearningTask): string => `the task of ${task.system.name}`;
