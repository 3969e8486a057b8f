import { describe, expect, test } from "vitest";
import { gradient, jacobianProduct, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import type { Expression } from "../../core/expression/expression.js";
import { add, divide, multiply, subtract, symbol } from "../../core/expression/functions.js";
import { substitute } from "../../core/expression/transform.js";
import { directionSymbols } from "../../core/structure-proofs.js";
import type { DynamicalSystem, StateArray } from "../../core/system.js";
import { atState, contrast, response } from "../../learning/estimators/contrast.js";
import { pairedResponse, pairing } from "../../learning/estimators/pairing.js";
import {
  asymmetricEquilibriumPropagation,
  dyadicEquilibriumPropagation,
  type LearningRule,
  type LearningTask,
  phaseRule,
  type RulePhase,
} from "../../learning/index.js";
import { nudgedPhases } from "../../learning/rules/nudged-phases.js";
import { corrected } from "../../learning/transformations/corrected.js";
import { doubled, doubledEnergy } from "../../learning/transformations/doubled.js";
import { derivedBlock, NUDGE } from "../../learning/transformations/names.js";
import { nudged, nudgedForce } from "../../learning/transformations/nudged.js";
import { twistAtFree, twisted } from "../../learning/transformations/twisted.js";
import { carefulSolver, type KnownRule, verify } from "../index.js";
import { ruleProperties } from "../verification/properties-registry.js";
import { hopfieldTask, rateTask, sixUnits, skewTask, symmetricRateTask } from "./example-tasks.js";
import { expectCaught } from "./verify-fault.js";

const settle = carefulSolver();
const NUDGE_SYMBOL = symbol(NUDGE);

type Estimate = (task: LearningTask, withRespectTo: readonly Expression[]) => Expression[];

/** A rule with one of its choices broken, at any nudge. */
function rule(
  name: string,
  phases: (task: LearningTask) => readonly RulePhase[],
  estimate: Estimate,
  order: 0 | 1 | 2 = 2,
): KnownRule {
  const atNudge = (nudge: number): LearningRule =>
    phaseRule({
      name,
      reference: "",
      maker: name,
      options: { nudge, settle },
      refusal: () => undefined,
      phases,
      estimate,
    });
  return { rule: atNudge(1e-3), atNudge, order };
}

/** Phases that settle a transformed system at both nudges. */
const settling =
  (transform: (task: LearningTask) => DynamicalSystem) =>
  (task: LearningTask): RulePhase[] =>
    nudgedPhases(task, transform(task), "centred");

const paired: Estimate = (task, symbols) => pairedResponse(task, symbols, "centred");
const contrasted: Estimate = (task, symbols) =>
  contrast(nudged(task).scalar as Expression, task.system.state, symbols, "centred");

const fieldOf = ({ state, field }: DynamicalSystem): Expression[] =>
  state.map(({ name }) => field.get(name) as Expression);
const symbolsOf = ({ state }: DynamicalSystem): Expression[] => state.map((block) => block.symbol);
const freeOf = ({ state }: DynamicalSystem): Expression[] => state.map((block) => derivedBlock(block, "free").symbol);

/** Another field for a transformed system. */
const withField = (system: DynamicalSystem, field: readonly Expression[]): DynamicalSystem => ({
  ...system,
  field: new Map(system.state.map(({ name }, k) => [name, field[k] as Expression])),
});

/**
 * The nudged force less (own J + transposed J') e, with J at a state and e the distance from a state; the right correction
 * has own 1, transposed -1, and both states the free one.
 */
function correctedBy(
  task: LearningTask,
  { own, transposed }: { readonly own: number; readonly transposed: number },
  at: readonly Expression[] = freeOf(task.system),
  from: readonly Expression[] = freeOf(task.system),
): DynamicalSystem {
  const { system } = task;
  const [forces, symbols] = [fieldOf(system), symbolsOf(system)];
  const directions = directionSymbols(symbols);
  const product = jacobianProduct(forces, symbols, directions);
  const turned = transposedJacobianProduct(forces, directions, symbols);
  const correction = product.map((value, k) =>
    add(multiply(own, value), multiply(transposed, turned[k] as Expression)),
  );
  const places = symbols.flatMap((each, k) => [
    [each, at[k] as Expression] as const,
    [directions[k] as Expression, subtract(each, from[k] as Expression)] as const,
  ]);
  const placed = substitute(correction, new Map(places));
  const base = corrected(task);
  return withField(
    base,
    fieldOf(nudgedForce(task)).map((value, k) => subtract(value, placed[k] as Expression)),
  );
}

const zeros = (task: LearningTask): Expression[] => symbolsOf(task.system).map((each) => multiply(0, each));

/** Nudges with P^push dC/dx instead of P^-1 dC/dx. */
function twistedBy(task: LearningTask, power: 0 | 1): DynamicalSystem {
  const slopes = gradient(task.cost.final as Expression, symbolsOf(task.system));
  const twist = twistAtFree(task);
  const pushed = slopes.map((slope, k) => {
    const scaled = power === 1 ? multiply(slope, twist[k] as Expression) : slope;
    return subtract(fieldOf(task.system)[k] as Expression, multiply(NUDGE_SYMBOL, scaled));
  });
  return withField(twisted(task), pushed);
}

const readTwisted: Estimate = (task, symbols) => pairedResponse(task, symbols, "centred", twistAtFree(task));

/** The doubled system with J d where it has J'd. */
function doubledWithoutTranspose(task: LearningTask): DynamicalSystem {
  const { system } = task;
  const apart = system.state.map((block) => derivedBlock(block, "difference").symbol);
  const slopes = gradient(task.cost.final as Expression, symbolsOf(system));
  const moved = jacobianProduct(fieldOf(system), symbolsOf(system), apart);
  const differences = moved.map((value, k) => subtract(value, multiply(NUDGE_SYMBOL, slopes[k] as Expression)));
  return withField(doubled(task), [...fieldOf(system), ...differences]);
}

const doubledPhase =
  (transform: (task: LearningTask) => DynamicalSystem) =>
  (task: LearningTask): RulePhase[] => [{ name: "doubled", system: transform(task), nudge: 1 }];

const ofPair: Estimate = (task, symbols) =>
  gradient(doubledEnergy(task), symbols).map((value) => divide(value, NUDGE_SYMBOL));

/** Inhibitors pushed down the cost like activators. */
function nudgedWithoutFlip(task: LearningTask): DynamicalSystem {
  const { system, cost } = task;
  const slopes = gradient(cost.final as Expression, symbolsOf(system));
  const field = system.state.map(({ name }, k) => {
    const push = divide(slopes[k] as Expression, system.timeConstants?.get(name) ?? 1);
    return subtract(system.field.get(name) as Expression, multiply(NUDGE_SYMBOL, push));
  });
  return withField(nudged(task), field);
}

const scaledBy =
  (estimate: Estimate, factor: Expression | number): Estimate =>
  (task, symbols) =>
    estimate(task, symbols).map((value) => multiply(factor, value));

const withoutDirect: Estimate = (task, symbols) => {
  const direct = gradient(task.cost.final as Expression, symbols);
  const atFree = atState(direct, task.system.state, "free", NUDGE_SYMBOL);
  return paired(task, symbols).map((value, k) => subtract(value, atFree[k] as Expression));
};

const pairedAtPlus: Estimate = ({ system, cost, target }, symbols) => {
  const { state } = system;
  return atState(pairing({ system, cost, target }, response(state, "centred"), symbols), state, "plus", NUDGE_SYMBOL);
};

/** A rule whose gradient over several examples is their sum. */
function summing(right: LearningRule): LearningRule {
  const times = (arrays: Readonly<Record<string, StateArray>>, factor: number): Record<string, StateArray> =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, { data, shape }]) => [
        name,
        { data: data.map((value) => factor * value), shape },
      ]),
    );
  return {
    ...right,
    gradient: ((task: LearningTask, data: never) => {
      const result = right.gradient(task, data);
      const count = result.costs.length;
      return {
        ...result,
        gradient: times(result.gradient, count),
        inputGradient: times(result.inputGradient, count),
      };
    }) as LearningRule["gradient"],
  };
}

const TRUTH = "the gradient matches implicit differentiation";
const SLOPE = "the error falls with the nudge as the rule's order says";
const EXACT = "the gradient is exact at any nudge";
const LIMIT = "in the conservative limit it is equilibrium propagation";
const DESCENT = "the cost falls along the gradient as its length says";
const BATCH = "the gradient of a batch is the mean over its examples";

const RIGHT = { own: 1, transposed: -1 };
const asymmetric = (nudge: number): LearningRule => asymmetricEquilibriumPropagation({ nudge, settle });

type AnyTask = { readonly system: unknown };

type Fault = readonly [mistake: string, property: string, task: AnyTask, broken: KnownRule];

const correction = (name: string, transform: (task: LearningTask) => DynamicalSystem): KnownRule =>
  rule(name, settling(transform), paired);

const FAULTS: readonly Fault[] = [
  [
    "the correction with the wrong sign",
    TRUTH,
    rateTask,
    correction("wrong sign", (task) => correctedBy(task, { own: -1, transposed: 1 })),
  ],
  [
    "half the correction, J - J' taken for twice the antisymmetric part",
    TRUTH,
    rateTask,
    correction("half", (task) => correctedBy(task, { own: 0.5, transposed: -0.5 })),
  ],
  [
    "a correction by J' without J",
    TRUTH,
    rateTask,
    correction("J' alone", (task) => correctedBy(task, { own: 0, transposed: -1 })),
  ],
  [
    "a correction by J without J'",
    TRUTH,
    rateTask,
    correction("J alone", (task) => correctedBy(task, { own: 1, transposed: 0 })),
  ],
  [
    "a correction frozen at zero instead of the free state",
    TRUTH,
    rateTask,
    correction("at zero", (task) => correctedBy(task, RIGHT, zeros(task))),
  ],
  [
    "a correction by the distance from zero instead of the free state",
    TRUTH,
    rateTask,
    correction("from zero", (task) => correctedBy(task, RIGHT, freeOf(task.system), zeros(task))),
  ],
  ["no correction", SLOPE, rateTask, correction("none", nudgedForce)],
  ["no correction", DESCENT, rateTask, correction("none", nudgedForce)],
  ["pairing at the nudged state", SLOPE, rateTask, rule("at plus", settling(corrected), pairedAtPlus)],
  [
    "a difference that is not divided by the nudge",
    TRUTH,
    rateTask,
    rule("not divided", settling(corrected), scaledBy(paired, NUDGE_SYMBOL)),
  ],
  [
    "a difference divided by the nudge instead of twice the nudge",
    TRUTH,
    rateTask,
    rule("half the width", settling(corrected), scaledBy(paired, 2)),
  ],
  ["the gradient's negative", DESCENT, rateTask, rule("negative", settling(corrected), scaledBy(paired, -1))],
  ["no direct part", TRUTH, rateTask, rule("no direct part", settling(corrected), withoutDirect)],
  ["no direct part", DESCENT, rateTask, rule("no direct part", settling(corrected), withoutDirect)],
  [
    "one-sided nudges called centred",
    SLOPE,
    rateTask,
    {
      rule: asymmetric(1e-3),
      order: 2,
      atNudge: (nudge) => asymmetricEquilibriumPropagation({ nudge, nudging: "one-sided", settle }),
    },
  ],
  ["the sum over a batch", BATCH, rateTask, { rule: summing(asymmetric(1e-3)) }],
  [
    "a correction that does not vanish for an energy",
    LIMIT,
    sixUnits,
    correction("symmetric part", (task) => correctedBy(task, { own: -0.25, transposed: -0.25 })),
  ],
  [
    "the contrast of the energy alone, without the rest of the force",
    TRUTH,
    hopfieldTask,
    rule("energy alone", settling(corrected), (task, symbols) =>
      contrast(task.system.decomposition?.energy as Expression, task.system.state, symbols, "centred"),
    ),
  ],
  [
    "the twist inverted in the push",
    TRUTH,
    symmetricRateTask,
    rule(
      "inverted",
      settling((task) => twistedBy(task, 1)),
      readTwisted,
    ),
  ],
  [
    "no twist in the push",
    TRUTH,
    symmetricRateTask,
    rule(
      "untwisted push",
      settling((task) => twistedBy(task, 0)),
      readTwisted,
    ),
  ],
  ["no twist in what is read off", TRUTH, symmetricRateTask, rule("untwisted pairing", settling(twisted), paired)],
  ["inhibitors nudged like activators", TRUTH, skewTask, rule("no flip", settling(nudgedWithoutFlip), contrasted)],
  ["inhibitors nudged like activators", SLOPE, skewTask, rule("no flip", settling(nudgedWithoutFlip), contrasted)],
  [
    "two copies coupled by J instead of J'",
    TRUTH,
    rateTask,
    rule("J in the pair", doubledPhase(doubledWithoutTranspose), ofPair, 0),
  ],
  [
    "two copies coupled by J instead of J'",
    EXACT,
    rateTask,
    rule("J in the pair", doubledPhase(doubledWithoutTranspose), ofPair, 0),
  ],
  [
    "a difference of copies that is not divided by the nudge",
    EXACT,
    rateTask,
    rule("undivided pair", doubledPhase(doubled), (task, symbols) => gradient(doubledEnergy(task), symbols), 0),
  ],
  [
    "the cost on the copies, called exact",
    EXACT,
    rateTask,
    {
      rule: dyadicEquilibriumPropagation({ nudge: 1e-3, cost: "copies", settle }),
      order: 0,
      atNudge: (nudge) => dyadicEquilibriumPropagation({ nudge, cost: "copies", settle }),
    },
  ],
];

const check = (task: AnyTask, known: KnownRule, property: string) =>
  verify(task as LearningTask, {
    rules: [known],
    properties: { system: [], rule: ruleProperties.filter(({ name }) => name === property) },
    runs: 4,
    seed: 2,
  });

describe("verify finds planted faults of rules for systems without an energy", () => {
  test.each(FAULTS)("%s: %s", async (_mistake, property, task, broken) => {
    const report = await check(task, broken, property);
    expectCaught(report, property);
  });

  const sound: readonly Fault[] = [
    ["the correction written out here", SLOPE, rateTask, correction("right", (task) => correctedBy(task, RIGHT))],
    [
      "a correction that follows the state, which is the same to first order",
      SLOPE,
      rateTask,
      correction("moving", (task) => correctedBy(task, RIGHT, symbolsOf(task.system))),
    ],
    ["the correction written out here", LIMIT, sixUnits, correction("right", (task) => correctedBy(task, RIGHT))],
    ["pairing of corrected phases", DESCENT, rateTask, rule("paired", settling(corrected), paired)],
    ["the pair of copies", EXACT, rateTask, rule("pair", doubledPhase(doubled), ofPair, 0)],
    ["the flip of inhibitors", SLOPE, skewTask, rule("flip", settling(nudged), contrasted)],
    ["twisted phases", SLOPE, symmetricRateTask, rule("twisted", settling(twisted), readTwisted)],
    ["a rule of the library", BATCH, rateTask, { rule: asymmetric(1e-3) }],
  ];

  test.each(sound)("and none in %s: %s", async (_what, property, task, right) => {
    const { results } = await check(task, right, property);
    expect(results.map(({ outcome, message }) => message ?? outcome)).toEqual(["passed"]);
  });
});
