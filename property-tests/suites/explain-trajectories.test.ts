import { describe, expect, it } from "vitest";
import { evaluate } from "../../core/compile/interpreter/evaluate.js";
import type { Expression } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { parseFormula } from "../../core/formula/index.js";
import type { Integrator } from "../../core/integrator.js";
import { held, nodes } from "../../core/simulation/inputs.js";
import { simulate } from "../../core/simulation/simulate.js";
import { conformalLeapfrog } from "../../integrators/steppers/conformal-leapfrog.js";
import { leapfrog } from "../../integrators/steppers/leapfrog.js";
import { symplecticEuler } from "../../integrators/steppers/symplectic-euler.js";
import { type Explanation, explain } from "../../learning/explain.js";
import type { RulePhase, TaskData, TermPlace } from "../../learning/rule.js";
import { backpropagationThroughTime } from "../../learning/rules/backpropagation-through-time.js";
import { finiteDifferences } from "../../learning/rules/finite-differences.js";
import { hamiltonianEcho } from "../../learning/rules/hamiltonian-echo.js";
import { type LearningTask, learningTask } from "../../learning/task.js";
import { hamiltonianSystem } from "../../systems/hamiltonian-system.js";
import { wave } from "./example-tasks.js";

const [NUDGE, STEP, STEPS, START] = [0.01, 0.1, 8, 0.3];

type Numbers = Record<string, Float64Array>;

const taskOf = (damped: boolean): LearningTask =>
  learningTask(
    hamiltonianSystem({
      name: "two masses",
      coordinates: { x: [2] },
      momenta: { p: [2] },
      parameters: { mass: [2], K: [2, 2], c: [2], A: [2, 3], ...(damped ? { gamma: [] } : {}) },
      input: { drive: [2], image: [3] },
      hamiltonian: "sum(p^2/mass)/2 + dot(x, K @ x)/2 + sum(c^2*x^4)/4 - dot(drive, x) + 0.1*sin(t)*sum(c*x)",
      ...(damped ? { damping: "gamma" as const } : {}),
    }),
    {
      target: { y: [2], z: [2], path: [2] },
      cost: {
        final: "sum((x - z)^2)/2 + 0.1*sum(p^2/mass)",
        perStep: "0.2*sum((p - y)^2) + 0.01*sum(K^2)",
        running: "sum((x - path)^2)*(1 + t/5)*sum(c^2) + 0.1*sum(p^4)",
      },
      horizon: { start: START, steps: STEPS },
      initial: { x: "tanh(A @ image)" },
    },
  ) as unknown as LearningTask;

const rowsOf = (count: number, phase: number): number[][] =>
  Array.from({ length: count }, (_, k) => [...wave(2 * count, phase)].slice(2 * k, 2 * k + 2));
const [drive, y, path] = [rowsOf(STEPS, 1), rowsOf(STEPS, 2), rowsOf(STEPS + 1, 3)];
const constants: Numbers = {
  mass: Float64Array.of(1.2, 0.7),
  K: Float64Array.of(1.1, 0.3, -0.2, 0.9),
  c: Float64Array.of(0.5, 0.8),
  A: Float64Array.from(wave(6, 4)),
  gamma: Float64Array.of(0.4),
  image: Float64Array.of(0.6, -0.3, 0.2),
  z: Float64Array.of(0.1, -0.4),
};
const FIRST_MOMENTUM = Float64Array.of(0.3, -0.5);

const dataOf = ({ system }: LearningTask): TaskData => ({
  parameters: Object.fromEntries(system.parameters.map(({ name }) => [name, constants[name] as Float64Array])),
  input: { drive: held(drive), image: constants.image as Float64Array },
  target: { y: held(y), z: constants.z as Float64Array, path: nodes(path) },
  initial: { p: FIRST_MOMENTUM },
});

/** Runs an explained echo with `simulate` alone, pushes as they are printed, and takes integrals by leapfrog's quadrature. */
class Echo {
  private readonly shapes: ReadonlyMap<string, Expression>;
  private readonly free: Numbers[] = [];
  private readonly lanes: readonly RulePhase[];

  constructor(
    task: LearningTask,
    private readonly integrator: Integrator,
    explanation: Explanation,
  ) {
    const { system, target } = task;
    const states = system.state.flatMap(({ name, shape }) =>
      ["", "_free", "_plus", "_minus"].map((end) => symbol(`${name}${end}`, shape)),
    );
    const others = [...system.parameters, ...system.input, ...target].map((block) => block.symbol);
    const symbols = [...states, ...others, symbol("nudge"), symbol("t")];
    this.shapes = new Map(symbols.map((each) => [(each.attributes as { name: string }).name, each]));
    this.lanes = explanation.phases.slice(1);
    const [x] = evaluate([task.initial?.get("x") as Expression], constants) as [Float64Array];
    let state: Numbers = { x, p: FIRST_MOMENTUM };
    this.free.push(state);
    for (let k = 0; k < STEPS; k++) {
      state = this.step(explanation.phases[0] as RulePhase, state, k, START + k * STEP);
      this.free.push(state);
    }
  }

  value(formula: string, numbers: Numbers): Float64Array {
    return (evaluate([parseFormula(formula, this.shapes)], { ...constants, ...numbers }) as [Float64Array])[0];
  }

  /** What the names of the free trajectory stand for at a node. */
  at(node: number, nudge: number): Numbers {
    const { x, p } = this.free[node] as { x: Float64Array; p: Float64Array };
    return {
      x_free: x,
      p_free: p,
      y: Float64Array.from(y[node - 1] ?? [0, 0]),
      path: Float64Array.from(path[node] as number[]),
      t: Float64Array.of(START + node * STEP),
      nudge: Float64Array.of(nudge),
    };
  }

  private step({ system }: RulePhase, initial: Numbers, row: number, start: number): Numbers {
    const run = simulate(system, {
      integrator: this.integrator,
      parameters: this.parameters(system.parameters.map(({ name }) => name)),
      input: { drive: drive[row] as number[], image: constants.image as Float64Array },
      initial,
      start,
      steps: 1,
      save: { every: 1 },
    } as never) as unknown as { readonly states: Record<string, { readonly data: Float64Array }> };
    return Object.fromEntries(Object.entries(run.states).map(([name, { data }]) => [name, data.slice(2)]));
  }

  private parameters(names: readonly string[]): Numbers {
    const all: Numbers = { ...constants, gamma_reversed: Float64Array.of(-(constants.gamma?.[0] as number)) };
    return Object.fromEntries(names.map((name) => [name, all[name] as Float64Array]));
  }

  private push(lane: RulePhase, printed: string, state: Numbers, node: number, place: TermPlace, weight = 1): Numbers {
    const moved = { ...state };
    for (const push of lane.pushes ?? []) {
      if (push.place !== place) continue;
      const lines = printed.split("\n").filter((line) => line.includes(" gains ") && line.includes(WHEN[place]));
      const line = lines.find((each) => each.includes(`: ${push.block} gains`) || each.includes(`d${push.block}/dt`));
      const gain = this.value((line as string).split(" gains ")[1] as string, this.at(node, lane.nudge * NUDGE));
      moved[push.block] = (moved[push.block] as Float64Array).map((value, k) => value + weight * (gain[k] as number));
    }
    return moved;
  }

  /** The momenta in the middle of a step of an echo from `state`, by the printed method of the integrator. */
  private middle({ system }: RulePhase, { x, p }: Numbers, row: number, time: number): Numbers {
    const rest = {
      ...this.parameters(system.parameters.map(({ name }) => name)),
      image: constants.image as Float64Array,
    };
    const numbers = { ...rest, x, p: new Float64Array(2), drive: Float64Array.from(drive[row] as number[]) };
    const [force] = evaluate([system.field.get("p") as Expression], {
      ...numbers,
      t: Float64Array.of(time),
    } as Numbers) as [Float64Array];
    const damping = system.damping === undefined ? 0 : -(constants.gamma?.[0] as number);
    const decay = Math.exp((-damping * STEP) / 2);
    return {
      x: x as Float64Array,
      p: (p as Float64Array).map((value, k) => decay * (value + (STEP / 2) * (force[k] as number))),
    };
  }

  /** The sum of all printed terms, by parameter, and the printed gradients for the initial state. */
  gradient({ alongTrajectory, initial, text }: Explanation): Record<string, Float64Array> {
    const printed = text;
    const kept = (lane: RulePhase): string => lane.keep ?? "free";
    const named = (states: readonly Numbers[], extra: Numbers): Numbers => {
      const all: Numbers = { nudge: Float64Array.of(NUDGE), ...extra };
      states.forEach((state, k) => {
        const end = kept(this.lanes[k] as RulePhase);
        all[`x_${end}`] = state.x as Float64Array;
        all[`p_${end}`] = end === "free" ? (state.p as Float64Array).map((value) => -value) : (state.p as Float64Array);
      });
      return all;
    };
    const found: Record<string, Float64Array> = {};
    const addTo = (name: string, values: Float64Array, weight: number): void => {
      const sum = found[name] ?? new Float64Array(values.length);
      found[name] = sum.map((value, k) => value + weight * (values[k] as number));
    };
    const isOfEchoes = (formula: string): boolean => formula.includes("_plus");
    const integrals = alongTrajectory.flatMap(({ parameter, terms }) =>
      terms.filter(({ place }) => place === "integral").map(({ formula }) => ({ parameter, formula })),
    );
    const potential = (states: readonly Numbers[], extra: Numbers, weight: number): void => {
      const rest = states.map(({ x }) => ({ x: x as Float64Array, p: new Float64Array(2) }));
      for (const { parameter, formula } of integrals) {
        if (isOfEchoes(formula)) addTo(parameter, this.value(formula, named(rest, extra)), weight);
      }
    };
    const kinetic = (states: readonly Numbers[], extra: Numbers, weight: number): void => {
      potential(states, extra, -weight);
      for (const { parameter, formula } of integrals) {
        if (isOfEchoes(formula)) addTo(parameter, this.value(formula, named(states, extra)), weight);
      }
    };
    const map = (states: readonly Numbers[], change: (lane: RulePhase, state: Numbers) => Numbers): Numbers[] =>
      states.map((state, k) => change(this.lanes[k] as RulePhase, state));

    const { x, p } = this.free[STEPS] as { x: Float64Array; p: Float64Array };
    let states = map(
      this.lanes.map(() => ({ x, p: p.map((value) => -value) })),
      (lane, state) => this.push(lane, printed, state, STEPS, "end"),
    );
    for (let k = STEPS - 1; k >= 0; k--) {
      const later = START + (k + 1) * STEP;
      const driven = (t: number): Numbers => ({
        t: Float64Array.of(t),
        drive: Float64Array.from(drive[k] as number[]),
      });
      states = map(states, (lane, state) =>
        this.push(lane, printed, this.push(lane, printed, state, k + 1, "sum"), k + 1, "integral", STEP / 2),
      );
      potential(states, driven(later), STEP / 2);
      kinetic(
        map(states, (lane, state) => this.middle(lane, state, k, -later)),
        driven(later - STEP / 2),
        STEP,
      );
      states = map(states, (lane, state) => this.step(lane, state, k, -later));
      potential(states, driven(later - STEP), STEP / 2);
      states = map(states, (lane, state) => this.push(lane, printed, state, k, "integral", STEP / 2));
    }
    for (const { parameter, terms } of alongTrajectory) {
      for (const { place, formula } of terms) {
        if (place === "start") addTo(parameter, this.value(formula, named(states, {})), 1);
        if (place === "end") addTo(parameter, this.value(formula, this.at(STEPS, NUDGE)), 1);
        for (let k = 1; k <= STEPS && place === "sum"; k++) addTo(parameter, this.value(formula, this.at(k, NUDGE)), 1);
        for (let k = 0; k <= STEPS && place === "integral" && !isOfEchoes(formula); k++) {
          const weight = k === 0 || k === STEPS ? STEP / 2 : STEP;
          addTo(parameter, this.value(formula, this.at(k, NUDGE)), weight);
        }
      }
    }
    for (const { block, formula } of initial) addTo(`initial ${block}`, this.value(formula, named(states, {})), 1);
    return found;
  }
}

const WHEN: Readonly<Record<TermPlace, string>> = {
  integral: "all along",
  sum: "after each step",
  end: "at the turn",
  start: "at the start",
};

const CASES = [
  ["leapfrog", false, "centred", leapfrog({ step: STEP })],
  ["leapfrog", false, "one-sided", leapfrog({ step: STEP })],
  ["conformal leapfrog, damping learned", true, "centred", conformalLeapfrog({ step: STEP })],
  ["conformal leapfrog, damping learned", true, "one-sided", conformalLeapfrog({ step: STEP })],
] as const;

describe("explain of a Hamiltonian echo", () => {
  it.each(CASES)(
    "under %s (damped: %s, %s): what is printed gives the rule's gradient",
    (_, damped, nudging, integrator) => {
      const task = taskOf(damped);
      const rule = hamiltonianEcho({ integrator, nudge: NUDGE, nudging });
      const explanation = explain(rule, task);
      const found = new Echo(task, integrator, explanation).gradient(explanation);
      const { gradient, initialGradient } = rule.gradient(task, dataOf(task)) as ReturnType<typeof rule.gradient> & {
        readonly gradient: Readonly<Record<string, { readonly data: Float64Array }>>;
      };
      const expected: Record<string, Float64Array> = Object.fromEntries([
        ...Object.entries(gradient).map(([name, { data }]) => [name, data]),
        ...Object.entries(initialGradient ?? {}).map(([name, { data }]) => [`initial ${name}`, data]),
      ]);
      expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, values] of Object.entries(expected)) {
        expect(Math.hypot(...values), name).toBeGreaterThan(1e-3);
        const error = Math.hypot(...values.map((value, k) => value - (found[name]?.[k] as number)));
        expect(error / Math.hypot(...values), name).toBeLessThan(1e-9);
      }
    },
  );

  const undamped = explain(hamiltonianEcho({ integrator: leapfrog({ step: STEP }), nudge: NUDGE }), taskOf(false));
  const damped = explain(
    hamiltonianEcho({ integrator: conformalLeapfrog({ step: STEP }), nudge: NUDGE }),
    taskOf(true),
  );

  it("finds integrals of dH/dtheta local, and those weighted by the damping not", () => {
    const local = ({ alongTrajectory }: Explanation, name: string) =>
      alongTrajectory.find(({ parameter }) => parameter === name);
    expect(local(undamped, "K")).toMatchObject({ blocks: ["x"], parameters: ["K"], entries: 2, local: true });
    expect(local(undamped, "A")).toMatchObject({ blocks: ["p"], input: ["image"] });
    expect(local(damped, "K")).toMatchObject({ parameters: ["K", "gamma"], local: false });
  });

  it("derives from the graphs what is relied on", () => {
    const relied = undamped.reliesOn.join("\n");
    expect(relied).toMatch(/even in the momenta/);
    expect(relied).toMatch(/symmetric and symplectic/);
    expect(relied).toMatch(/drive and image replayed in reverse/);
    expect(relied).toMatch(/none is stored/);
    expect(relied).not.toMatch(/damping/);
    expect(damped.reliesOn.join("\n")).toMatch(/gamma_reversed = -gamma/);
    expect(damped.text).toContain("dp/dt = -dH/dx - gamma_reversed*p");
    const euler = hamiltonianEcho({ integrator: symplecticEuler({ step: STEP }), nudge: NUDGE, inexact: true });
    expect(explain(euler, taskOf(false)).reliesOn.join("\n")).toMatch(
      /not symmetric and symplectic: .* errs with the step/,
    );
  });

  it("has balanced LaTeX", () => {
    for (const { latex } of [undamped, damped]) {
      expect(latex.match(/\\left(?![a-z])/g)?.length).toBe(latex.match(/\\right(?![a-z])/g)?.length);
      expect(latex.match(/{/g)?.length).toBe(latex.match(/}/g)?.length);
      expect(latex).not.toMatch(/undefined|NaN|object/);
    }
  });

  it("refuses a task that uses a derived name", () => {
    const system = hamiltonianSystem({
      name: "oscillator",
      coordinates: { x: [] },
      momenta: { p: [] },
      parameters: { x_plus: [] },
      hamiltonian: "(p^2 + x_plus*x^2)/2",
    });
    const task = learningTask(system, { cost: { final: "x^2" }, horizon: { steps: 3 } }) as unknown as LearningTask;
    expect(() => explain(hamiltonianEcho({ integrator: leapfrog({ step: STEP }), nudge: NUDGE }), task)).toThrow(
      /another name for x_plus/,
    );
  });
});

describe("explain of references", () => {
  it.each([
    ["backpropagation through time", backpropagationThroughTime({ integrator: leapfrog({ step: STEP }) })],
    ["finite differences", finiteDifferences({ integrator: leapfrog({ step: STEP }) })],
  ])("%s: no local update", (_, rule) => {
    const { alongTrajectory, updates, reliesOn, text } = explain(rule, taskOf(false));
    expect([...alongTrajectory, ...updates]).toEqual([]);
    expect(reliesOn[0]).toMatch(/^no local update: /);
    expect(text).toContain("gradient: not read off states");
  });
});
