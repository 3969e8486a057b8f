import { describe, expect, it } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { parseFormula } from "../../core/formula/index.js";
import { randomBindings } from "../../core/structure-proofs.js";
import type { InputBlock, NumericValue } from "../../core/system.js";
import { type Explanation, explain, type ParameterUpdate } from "../../learning/explain.js";
import { rules } from "../../learning/registry.js";
import type { LearningRule, RulePhase, TaskData } from "../../learning/rule.js";
import { asymmetricEquilibriumPropagation } from "../../learning/rules/asymmetric-equilibrium-propagation.js";
import { dyadicEquilibriumPropagation } from "../../learning/rules/dyadic-equilibrium-propagation.js";
import { equilibriumPropagation } from "../../learning/rules/equilibrium-propagation.js";
import { vectorFieldRule } from "../../learning/rules/vector-field.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { DERIVED_STATES, derivedBlock } from "../../learning/transformations/names.js";
import { fitzhughNagumoGraph } from "../../systems/catalogue/fitzhugh-nagumo.js";
import { hopfieldNetwork } from "../../systems/catalogue/hopfield-network.js";
import { forceSystem } from "../../systems/force-system.js";
import { carefulSolver } from "../measures/careful-solver.js";
import { rateTask, skewTask } from "./example-tasks.js";
import { tasksByStructure } from "./tasks-by-structure.js";

const NUDGE = 0.01;
const settle = carefulSolver();
const options = { nudge: NUDGE, settle };

type Numbers = Record<string, Float64Array>;

const blocksOf = ({ system, target }: LearningTask): readonly InputBlock[] => [
  ...system.state,
  ...system.state.flatMap((block) => DERIVED_STATES.map((each) => derivedBlock(block, each))),
  ...system.parameters,
  ...system.input,
  ...target,
  { name: "nudge", shape: [], symbol: symbol("nudge") },
];

/** Reads a formula back. */
const parsed = (task: LearningTask, formula: string) =>
  parseFormula(formula, new Map(blocksOf(task).map((block) => [block.name, block.symbol] as const)));

const evaluated = (task: LearningTask, formula: string, numbers: Numbers): Float64Array => {
  const [values] = evaluate([parsed(task, formula)], numbers) as [Float64Array];
  return values;
};

/** Runs the phases of an explanation as they are written, without the rule. */
class Phases {
  readonly numbers: Numbers = {};
  private free: Numbers | undefined;

  constructor(
    private readonly task: LearningTask,
    data: TaskData,
  ) {
    for (const { name, shape } of blocksOf(task)) this.numbers[name] = new Float64Array(sizeOf(shape));
    const given = { ...data.parameters, ...data.input, ...data.target } as Record<string, NumericValue>;
    for (const [name, value] of Object.entries(given)) this.numbers[name]?.set(Float64Array.from(value as number[]));
  }

  run({ system, nudge, keep }: RulePhase): void {
    const { numbers, task } = this;
    numbers.nudge?.fill(nudge * NUDGE);
    for (const { name } of system.state) numbers[name]?.set(this.free?.[name] ?? new Float64Array(0));
    const { unsettled } = settle.prepare(system, { buffers: numbers }).settle();
    expect(unsettled).toBe(0);
    const states = Object.fromEntries(task.system.state.map(({ name }) => [name, numbers[name]?.slice()])) as Numbers;
    this.free ??= states;
    if (keep === undefined) return;
    for (const block of task.system.state) {
      numbers[derivedBlock(block, keep).name]?.set(states[block.name] as Float64Array);
    }
  }

  /** Probes entry by entry; the adjoint state is what the sentence on them says. */
  probe(explanation: Explanation): void {
    const [, ahead, behind] = explanation.phases as readonly RulePhase[] as [RulePhase, RulePhase, RulePhase];
    const sentence = explanation.reliesOn.find((each) => each.includes("adjoint state is")) as string;
    const work = sentence.split("adjoint state is ")[1] as string;
    for (const block of this.task.system.state) {
      const [probe, adjoint] = [derivedBlock(block, "probe").name, derivedBlock(block, "adjoint").name];
      for (let entry = 0; entry < sizeOf(block.shape); entry++) {
        const values = this.numbers[probe] as Float64Array;
        values[entry] = 1;
        this.run(ahead);
        this.run(behind);
        values[entry] = 0;
        this.numbers.nudge?.fill(NUDGE);
        (this.numbers[adjoint] as Float64Array)[entry] = evaluated(this.task, work, this.numbers)[0] as number;
      }
    }
  }
}

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.hypot(...a.map((value, k) => value - (b[k] as number)));

/** Reads the printed equations of the transformed phases back and compares them with the field, at one state. */
function checkEquations(task: LearningTask, { phases }: Explanation): void {
  for (const { system, text } of phases) {
    if (system === task.system) continue;
    const fields = [...system.field.values()];
    const numbers = randomBindings(fields, 3);
    const lines = text.split("\n").filter((line) => line.includes("/dt = "));
    expect(lines.length).toBe(system.state.length);
    lines.forEach((line, k) => {
      const [left, right] = line.trim().split("/dt = ") as [string, string];
      expect(left).toBe(`d${system.state[k]?.name}`);
      const [value, shared] = right.split(", where ") as [string, string?];
      const formula = shared === undefined ? value : `${shared.split(/, (?=a\d+ = )/).join("; ")}; ${value}`;
      const [expected] = evaluate([fields[k] as Expression], numbers) as [Float64Array];
      expect(distance(evaluated(task, formula, numbers), expected), line).toBeLessThan(
        1e-12 * (1 + Math.hypot(...expected)),
      );
    });
  }
}

function checkUpdates(rule: LearningRule, task: LearningTask, data: TaskData, explanation: Explanation): void {
  const expected = rule.gradient(task, data).gradient as Readonly<Record<string, { readonly data: Float64Array }>>;
  const phases = new Phases(task, data);
  phases.run(explanation.phases[0] as RulePhase);
  if (rule.name === "reciprocity probes") phases.probe(explanation);
  else for (const phase of explanation.phases.slice(1)) phases.run(phase);
  phases.numbers.nudge?.fill(NUDGE);
  expect(explanation.updates.map(({ parameter }) => parameter)).toEqual(task.system.parameters.map(({ name }) => name));
  for (const { parameter, formula } of explanation.updates) {
    const found = evaluated(task, formula, phases.numbers);
    const wanted = (expected[parameter] as { readonly data: Float64Array }).data;
    expect(found.length, parameter).toBe(wanted.length);
    expect(distance(found, wanted), `dC/d${parameter} = ${formula}`).toBeLessThan(1e-8 * (1 + Math.hypot(...wanted)));
  }
}

/** What opens and closes, in the order in which it does. */
function checkBalance(latex: string): void {
  const open: string[] = [];
  const closing: Readonly<Record<string, string>> = { "}": "{", "\\right": "\\left", "\\end": "\\begin" };
  for (const [token] of latex.matchAll(/\\left|\\right|\\begin|\\end|\\[^a-z]|[{}]/g)) {
    if (["{", "\\left", "\\begin"].includes(token)) open.push(token);
    else if (token in closing) expect(open.pop(), latex).toBe(closing[token]);
  }
  expect(open).toEqual([]);
  expect(latex).not.toMatch(/undefined|NaN|object/);
}

const updateOf = ({ updates }: Explanation, name: string): ParameterUpdate =>
  updates.find(({ parameter }) => parameter === name) as ParameterUpdate;

describe.each(rules.map(({ name, make }) => ({ name, rule: make(settle, NUDGE) })))("$name", ({ name, rule }) => {
  for (const { structure, task, data } of tasksByStructure) {
    const refused = rule.refusal(task);
    if (refused !== undefined) {
      it(`is not explained on ${structure}, and says why`, () => {
        expect(() => explain(rule, task)).toThrow(refused);
      });
    } else if (rule.dynamics !== undefined && rule.dynamics(task).gradient === undefined) {
      it(`says on ${structure} that it has no update`, () => {
        const { updates, text } = explain(rule, task);
        expect(updates).toEqual([]);
        expect(text).toMatch(/no local update/);
      });
    } else {
      it(`on ${structure}: printed phases and updates give the rule's gradient, and LaTeX is balanced`, () => {
        const explanation = explain(rule, task);
        checkEquations(task, explanation);
        checkUpdates(rule, task, data, explanation);
        const { text, latex, updates, reliesOn } = explanation;
        for (const each of [latex, ...updates.map((update) => update.latex)]) checkBalance(each);
        expect(text.split("\n")[0]).toBe(`${rule.name} on ${task.system.name}`);
        for (const { parameter } of updates) expect(text).toContain(`  dC/d${parameter} = `);
        for (const sentence of reliesOn) expect(text).toContain(`  - ${sentence}`);
      });
    }
  }

  it("has dynamics where it settles", () => {
    const settles = tasksByStructure.some(({ task }) => rule.refusal(task) === undefined);
    expect(rule.dynamics !== undefined || !settles, name).toBe(true);
  });
});

describe("explain", () => {
  const layered = learningTask(hopfieldNetwork({ layers: [3, 4, 5, 2] }).system, {
    target: { y: [2] },
    cost: { final: "sum((output - y)^2)/2" },
  }) as LearningTask;
  const hopfield = learningTask(
    forceSystem({
      name: "Hopfield force",
      state: { x: [4] },
      parameters: { W: [4, 4], b: [4] },
      force: { x: "-x + (1 - tanh(x)^2)*(W @ tanh(x) + b)" },
    }),
    { target: { y: [4] }, cost: { final: "sum((x - y)^2)/2" } },
  ) as LearningTask;

  it("finds the update of a layer's weights local: its two layers, and of each one unit", () => {
    const explanation = explain(equilibriumPropagation(options), layered);
    expect(updateOf(explanation, "W2")).toMatchObject({
      blocks: ["hidden1", "hidden2"],
      states: ["hidden1_plus", "hidden1_minus", "hidden2_plus", "hidden2_minus"],
      entries: 2,
      parameters: [],
      input: [],
      local: true,
    });
    expect(updateOf(explanation, "W1")).toMatchObject({ blocks: ["hidden1"], input: ["x"], entries: 1, local: true });
    expect(updateOf(explanation, "b3")).toMatchObject({ blocks: ["output"], entries: 1, local: true });
  });

  it("finds an update that needs another parameter not local", () => {
    const explanation = explain(vectorFieldRule(options), skewTask as LearningTask);
    expect(updateOf(explanation, "G")).toMatchObject({ parameters: ["slow"], local: false });
    expect(explain(equilibriumPropagation(options), skewTask as LearningTask).updates.every(({ local }) => local)).toBe(
      true,
    );
  });

  it("writes the correction of a Hopfield force with the weights and their reverse, and its outer product", () => {
    const explanation = explain(asymmetricEquilibriumPropagation(options), hopfield);
    expect(explanation.phases[1]?.text.trim()).toBe(
      "dx/dt = (1 - tanh(x)^2)*(W @ tanh(x) + b) - x - nudge*(x - y) - (1 - tanh(x_free)^2)*((W - transpose(W)) @ ((1 - tanh(x_free)^2)*(x - x_free)))",
    );
    expect(updateOf(explanation, "W").formula).toBe(
      "-outer((x_plus - x_minus)*(1 - tanh(x_free)^2), tanh(x_free))/(2*nudge)",
    );
    expect(updateOf(explanation, "W").entries).toBe(2);
    expect(explanation.latex).toContain("\\left(W - W^{\\top}\\right)");
  });

  it("writes conductances of a FitzHugh-Nagumo graph as contrasts of squared differences", () => {
    const task = learningTask(fitzhughNagumoGraph({ nodes: 4, edges: [[0, 1]] }).system, {
      target: { y: [4] },
      cost: { final: "sum((u - y)^2)/2" },
    }) as LearningTask;
    const explanation = explain(equilibriumPropagation(options), task);
    expect(updateOf(explanation, "diffusion_u").formula).toBe(
      "((gather(u_plus, [0]) - gather(u_plus, [1]))^2 - (gather(u_minus, [0]) - gather(u_minus, [1]))^2)/(4*nudge)",
    );
    expect(updateOf(explanation, "diffusion_u")).toMatchObject({ blocks: ["u"], entries: 2, local: true });
    expect(updateOf(explanation, "tau").formula).toBe("0");
    expect(explanation.text).toContain("a cost on v pushes with the other sign");
  });

  it("writes the push on an inhibitor with a plus, and that it needs the time constant", () => {
    const task = learningTask(fitzhughNagumoGraph({ nodes: 3, edges: [[0, 1]] }).system, {
      target: { y: [3] },
      cost: { final: "sum((v - y)^2)/2" },
    }) as LearningTask;
    const { phases, reliesOn } = explain(equilibriumPropagation(options), task);
    expect(phases[1]?.text).toMatch(/dv\/dt = nudge\*\(v - y\)\/tau - /);
    expect(reliesOn).toContain(
      "the nudged phase's terms beyond the free dynamics, on v, which read state v, parameter tau, target y",
    );
  });

  it("derives what is relied on from the graphs", () => {
    const relied = (rule: LearningRule, task: LearningTask): string => explain(rule, task).reliesOn.join("\n");
    const asymmetric = asymmetricEquilibriumPropagation(options);
    expect(relied(asymmetric, rateTask as LearningTask)).toMatch(/products with J and J' .*, through W:/);
    expect(relied(asymmetric, rateTask as LearningTask)).toContain("the stored states r_free, r_plus and r_minus");
    expect(relied(asymmetric, layered)).toMatch(/symmetry of the Jacobian J, proved on the graph/);
    expect(relied(asymmetric, layered)).not.toMatch(/products with J/);
    expect(relied(equilibriumPropagation(options), layered)).toContain("a force on output: the slope of the cost");
    expect(relied(dyadicEquilibriumPropagation(options), rateTask as LearningTask)).toMatch(
      /product with J' .*through W:/,
    );
    expect(relied(dyadicEquilibriumPropagation({ ...options, form: "split" }), layered)).not.toMatch(/J'/);
    expect(relied(vectorFieldRule(options), rateTask as LearningTask)).toMatch(/wrong at every nudge/);
    expect(relied(vectorFieldRule(options), layered)).toMatch(/which the structure of this system gives/);
  });

  it("refuses a rule that does not say what it does", () => {
    const { dynamics, ...silent } = equilibriumPropagation(options);
    expect(dynamics).toBeDefined();
    expect(() => explain(silent, layered)).toThrow(/does not say what it does/);
  });
});
