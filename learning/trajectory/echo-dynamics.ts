import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import {
  add,
  constant,
  divide,
  exp,
  multiply,
  negate,
  subtract,
  sum,
  symbol,
} from "../../core/expression/functions.js";
import type { Integrator } from "../../core/integrator.js";
import { dependsOn } from "../../core/structure-proofs.js";
import { TIME } from "../../core/system.js";
import { atState, type Nudging, response } from "../estimators/contrast.js";
import type { LearningDynamics, RulePhase, TermPlace, TrajectoryPush, TrajectoryTerm } from "../rule.js";
import { byParameter, listed, smallNudge } from "../rules/reliances.js";
import type { LearningTask } from "../task.js";
import { echoed } from "../transformations/echoed.js";
import { checkNames, NUDGE } from "../transformations/names.js";

/** Where a trajectory's costs are taken. */
export const COST_PLACES: readonly (readonly [part: keyof LearningTask["cost"], place: TermPlace])[] = [
  ["running", "integral"],
  ["perStep", "sum"],
  ["final", "end"],
];

/** What {@link echoDynamics} has to know of the rule. */
export interface EchoChoices {
  readonly integrator: Integrator;
  readonly nudge: number;
  readonly nudging: Nudging;
}

/**
 * The Hamiltonian echo as data: the way there, the ways back with their pushes, and the gradient as integrals along them. All
 * states in it are those met at one time t of the free trajectory; `x_free` of a momentum is that before it is turned.
 *
 * @throws InputError for a task that uses a derived name
 */
export function echoDynamics(task: LearningTask, choices: EchoChoices): LearningDynamics {
  checkNames(task);
  const { nudging } = choices;
  const system = echoed(task.system);
  const pushes = pushesOf(task);
  const timed = dependsOn([system.scalar as Expression], [symbol(TIME)]);
  const clock = timed ? ", t in its equations minus that of the free phase" : "";
  const motion = `integrates back from the end, momenta turned round${clock}`;
  const echo: RulePhase = { name: "echo", system, nudge: 1, keep: "plus", motion, pushes };
  return {
    phases: [
      { name: "free", system: task.system, nudge: 0, keep: "free", motion: "integrates from the initial state" },
      echo,
      nudging === "centred"
        ? { ...echo, nudge: -1, keep: "minus" }
        : { name: "echo without pushes", system, nudge: 0, motion: `${motion}, and meets the free states again` },
    ],
    alongTrajectory: termsOf(task, nudging),
    initial: new Map(task.system.state.map(({ name }, k) => [name, initialSlopes(task, nudging)[k] as Expression])),
    reliesOn: reliancesOf(task, choices),
  };
}

const swapped = <V>(values: readonly V[]): V[] => {
  const half = values.length / 2;
  return [...values.slice(half), ...values.slice(0, half)];
};

const sinceStart = ({ horizon }: LearningTask): Expression => subtract(symbol(TIME), constant(horizon?.start ?? 0));

const dampingOf = ({ system }: LearningTask): Expression | undefined =>
  system.parameters.find(({ name }) => name === system.damping)?.symbol;

/** e^(sign gamma t) of a damped system, else 1; t since the start. */
function growth(task: LearningTask, sign: 1 | -1): Expression {
  const damping = dampingOf(task);
  return damping === undefined ? constant(1) : exp(multiply(sign, multiply(damping, sinceStart(task))));
}

/** What the cost adds to an echo at the nudge: dC/dp to coordinates and dC/dq to its momenta. */
function pushesOf(task: LearningTask): TrajectoryPush[] {
  const { state } = task.system;
  const symbols = state.map((block) => block.symbol);
  const strength = multiply(symbol(NUDGE), growth(task, -1));
  return COST_PLACES.flatMap(([part, place]) => {
    const cost = task.cost[part];
    if (cost === undefined) return [];
    return swapped(atState(gradient(cost, symbols), state, "free", symbol(NUDGE))).flatMap((slope, k) => {
      const { name } = state[k] as (typeof state)[number];
      const pushed = dependsOn([cost], [swapped(symbols)[k] as Expression]);
      return pushed ? [{ block: name, place, value: multiply(strength, slope) }] : [];
    });
  });
}

/** dC/dq_0 and dC/dp_0, of the echoes at the time of the initial state. */
function initialSlopes({ system: { state } }: LearningTask, nudging: Nudging): Expression[] {
  if (nudging === "centred") return swapped(response(state, nudging));
  const [pushed, free] = (["plus", "free"] as const).map((each) =>
    atState(
      state.map((block) => block.symbol),
      state,
      each,
      symbol(NUDGE),
    ),
  ) as [Expression[], Expression[]];
  const turned = free.map((value, k) => (state[k]?.role === "momentum" ? negate(value) : value));
  return swapped(pushed.map((value, k) => divide(subtract(value, turned[k] as Expression), symbol(NUDGE))));
}

function termsOf(task: LearningTask, nudging: Nudging): Map<string, readonly TrajectoryTerm[]> {
  const { system, initial } = task;
  const { state } = system;
  const damping = dampingOf(task);
  const atFree = (expressions: readonly Expression[]): Expression[] =>
    atState(expressions, state, "free", symbol(NUDGE));
  const parts: (readonly [TermPlace, ReadonlyMap<string, Expression>])[] = [
    ["integral", byParameter(task, (blocks) => integrands(task, blocks, nudging))],
    ...COST_PLACES.flatMap(([part, place]) => {
      const cost = task.cost[part];
      if (cost === undefined) return [];
      const direct = (blocks: readonly Expression[]): Expression[] =>
        gradient(cost, blocks).map((slope, k) =>
          blocks[k] === damping ? add(slope, throughMomenta(task, cost)) : slope,
        );
      return [[place, byParameter(task, (blocks) => atFree(direct(blocks)))] as const];
    }),
  ];
  const computed = [...(initial ?? [])];
  const slopes = initialSlopes(task, nudging);
  const cotangents = computed.map(([name]) => slopes[state.findIndex((block) => block.name === name)] as Expression);
  const through = (blocks: readonly Expression[]): Expression[] =>
    transposedJacobianProduct(
      computed.map(([, expression]) => expression),
      cotangents,
      blocks,
    );
  if (computed.length > 0) parts.push(["start", byParameter(task, through)]);
  return new Map(
    system.parameters.map(({ name, symbol: block }) => [
      name,
      parts.flatMap(([place, values]) => {
        const value = values.get(name) as Expression;
        return value === constant(0, block.shape) ? [] : [{ place, value }];
      }),
    ]),
  );
}

/** -e^(gamma t) [dH/dtheta along one echo - along the other] / (2 nudge); for gamma itself at fixed e^(gamma t) p. */
function integrands(task: LearningTask, blocks: readonly Expression[], nudging: Nudging): Expression[] {
  const { system } = task;
  const hamiltonian = system.scalar as Expression;
  const damping = dampingOf(task);
  const momenta = system.state.filter(({ role }) => role === "momentum").map((block) => block.symbol);
  const velocities = gradient(hamiltonian, momenta);
  const work = momenta.reduce(
    (rest, momentum, k) => subtract(rest, sum(multiply(momentum, velocities[k] as Expression))),
    hamiltonian,
  );
  const slopes = gradient(hamiltonian, blocks).map((slope, k) =>
    blocks[k] === damping ? add(slope, multiply(sinceStart(task), work)) : slope,
  );
  const nudge = symbol(NUDGE);
  const plus = atState(slopes, system.state, "plus", nudge);
  const other = atState(slopes, system.state, nudging === "centred" ? "minus" : "free", nudge);
  const width = nudging === "centred" ? multiply(2, nudge) : nudge;
  return plus.map((value, k) =>
    negate(divide(multiply(growth(task, 1), subtract(value, other[k] as Expression)), width)),
  );
}

/** -t p dC/dp: at fixed e^(gamma t) p the momenta of a cost depend on gamma. */
function throughMomenta(task: LearningTask, cost: Expression): Expression {
  const momenta = task.system.state.filter(({ role }) => role === "momentum").map((block) => block.symbol);
  const products = gradient(cost, momenta).map((slope, k) => sum(multiply(slope, momenta[k] as Expression)));
  return negate(multiply(sinceStart(task), products.reduce(add)));
}

function reliancesOf(task: LearningTask, { integrator, nudge, nudging }: EchoChoices): string[] {
  const { system, cost } = task;
  const spread = cost.perStep !== undefined || cost.running !== undefined;
  const inputs = system.input.map(({ name }) => name);
  const pushed = new Set(pushesOf(task).map(({ block }) => block));
  const { symmetric, preserves, name, step } = integrator;
  const exact = symmetric && (preserves === "symplectic" || preserves === "conformal symplectic");
  return [
    "a Hamiltonian that is even in the momenta, as this one was found at random states: the way back retraces the way there",
    exact
      ? `${name} steps of ${step}, symmetric and symplectic, and integrals by the quadrature that belongs to them: the gradient is then that of the discrete steps`
      : `${name} steps of ${step}, which are not symmetric and symplectic: the gradient errs with the step`,
    `pushes on ${listed([...pushed])}: the slope of the cost times the nudge, at each state that carries cost`,
    spread
      ? "the free states where the cost's slopes are taken: an echo that is not pushed meets them again, so that none is stored"
      : "the last free state; no other is stored",
    ...(inputs.length === 0 ? [] : [`${listed(inputs)} replayed in reverse on the way back, where varying in time`]),
    ...(system.damping === undefined
      ? []
      : [
          `damping reversed on the way back (${system.damping}_reversed = -${system.damping}), which gives energy to the system and magnifies rounding by exp(${system.damping}*T) over the time T`,
          `a clock and ${system.damping}, for the weights of pushes and integrals`,
        ]),
    smallNudge(nudge, nudging),
  ];
}
