import { describe, expect, it } from "vitest";
import { evaluate } from "../core/compile/interpreter/evaluate.js";
import { interpreter } from "../core/compile/interpreter/interpreter.js";
import { jacobianProduct, transposedJacobianProduct } from "../core/expression/derivatives.js";
import type { Expression } from "../core/expression/expression.js";
import { symbol } from "../core/expression/functions.js";
import { fieldAt, randomValues, valuesOf } from "./evaluation.testing.js";
import { forceSystem } from "./force-system.js";
import { nativeSeparableSystem, nativeSystem } from "./native-system.js";

const lotkaVolterra = nativeSystem({
  name: "Lotka-Volterra",
  state: { prey: [], predators: [] },
  parameters: { birth: 1, death: 0.5 },
  autonomous: true,
  invariants: { potential: "predators - birth*log(predators) + prey - death*log(prey)" },
  field(_time, { prey, predators }, { birth, death }, _input, out) {
    out.prey[0] = prey[0]! * (birth[0]! - predators[0]!);
    out.predators[0] = predators[0]! * (prey[0]! - death[0]!);
  },
  jacobianProduct(_time, { prey, predators }, { birth, death }, _input, { state, parameters }, out) {
    const [x, y, dx, dy] = [prey[0]!, predators[0]!, state.prey[0]!, state.predators[0]!];
    out.prey[0] = dx * (birth[0]! - y) + x * (parameters.birth[0]! - dy);
    out.predators[0] = dy * (x - death[0]!) + y * (dx - parameters.death[0]!);
  },
  transposedJacobianProduct(_time, { prey, predators }, { birth, death }, _input, weight, { state, parameters }) {
    const [x, y, a, b] = [prey[0]!, predators[0]!, weight.prey[0]!, weight.predators[0]!];
    state.prey[0] = a * (birth[0]! - y) + b * y;
    state.predators[0] = -a * x + b * (x - death[0]!);
    parameters.birth[0] = a * x;
    parameters.death[0] = -b * y;
  },
});

const asFormulas = forceSystem({
  name: "Lotka-Volterra",
  state: { prey: [], predators: [] },
  parameters: { birth: [], death: [] },
  force: { prey: "prey*(birth - predators)", predators: "predators*(prey - death)" },
});

const symbolsOf = (system: typeof lotkaVolterra | typeof asFormulas): Expression[] =>
  [...system.state, ...system.parameters].map((block) => block.symbol);

describe("nativeSystem", () => {
  it("has the field and derivatives of the same system in formulas", () => {
    expect(symbolsOf(lotkaVolterra)).toEqual(symbolsOf(asFormulas));
    const symbols = symbolsOf(asFormulas);
    const directions = symbols.map((_, k) => symbol(`direction${k}`));
    for (const seed of [1, 2]) {
      const values = {
        ...randomValues(asFormulas, seed),
        direction0: 0.3,
        direction1: -1.2,
        direction2: 0.7,
        direction3: 2,
      };
      const [native, formulas] = [lotkaVolterra, asFormulas].map((system) => {
        const field = [...system.field.values()];
        const forward = jacobianProduct(field, symbols, directions);
        const reverse = transposedJacobianProduct(field, directions.slice(0, 2), symbols);
        return evaluate([...field, ...forward, ...reverse], values);
      }) as [Float64Array[], Float64Array[]];
      native.forEach((value, k) => {
        expect(value[0]).toBeCloseTo(formulas[k]![0]!, 14);
      });
    }
  });

  it("is autonomous only where it says so", () => {
    expect(lotkaVolterra.facts).toEqual({ separable: false, gradient: false, timeDependent: false });
    const declaration = {
      name: "clock",
      state: { x: [] },
      field(time: number, _state: object, _parameters: object, _input: object, out: { readonly x: Float64Array }) {
        out.x[0] = time;
      },
    } as const;
    const liar = nativeSystem({ ...declaration, autonomous: true });
    expect(fieldAt(liar, valuesOf(liar, { x: 0, t: 3 }))).toEqual({ x: [Number.NaN] });
    const clock = nativeSystem(declaration);
    expect(clock.facts.timeDependent).toBe(true);
    expect(fieldAt(clock, valuesOf(clock, { x: 0, t: 3 }))).toEqual({ x: [3] });
  });

  it("conserves the invariant it declares", () => {
    const [, ...others] = [...lotkaVolterra.invariants];
    expect(others).toEqual([]);
    const invariant = lotkaVolterra.invariants.get("potential") as Expression;
    const states = lotkaVolterra.state.map((block) => block.symbol);
    const rate = jacobianProduct([invariant], states, [...lotkaVolterra.field.values()]);
    expect(Math.abs(evaluate(rate, randomValues(lotkaVolterra, 5))[0]![0]!)).toBeLessThan(1e-15);
  });

  it("runs several trajectories one by one, and keeps its views while buffers stay", () => {
    const field = [...lotkaVolterra.field.values()];
    const perTrajectory = new Set(["prey", "predators"]);
    const compiled = interpreter.compileFunction({ outputs: field }, { trajectories: 2, perTrajectory });
    compiled.inputs.birth!.set([1]);
    compiled.inputs.death!.set([0.5]);
    compiled.inputs.prey!.set([2, 3]);
    compiled.inputs.predators!.set([0.5, 0.25]);
    compiled.run();
    expect(compiled.outputs.map((output) => [...output])).toEqual([
      [1, 2.25],
      [0.75, 0.625],
    ]);
  });

  it("refuses what is no function, and says so where a derivative is missing", () => {
    const declaration = { name: "broken", state: { x: [] } } as const;
    expect(() => nativeSystem({ ...declaration, field: "x" as never })).toThrow(
      'nativeSystem "broken", field: got "x", expected a function over flat arrays.',
    );
    expect(() => nativeSystem({ ...declaration, field: () => undefined, jacobianProduct: 1 as never })).toThrow(
      'nativeSystem "broken", jacobianProduct: got 1',
    );
    const bare = nativeSystem({ ...declaration, field: () => undefined });
    const x = bare.state[0]!.symbol;
    expect(() => jacobianProduct([...bare.field.values()], [x], [x])).toThrow(
      'nativeSystem "broken", field: got no jacobianProduct, expected one, as the calculation needs it; give the function that computes J v.',
    );
  });
});

describe("nativeSeparableSystem", () => {
  const oscillator = nativeSeparableSystem({
    name: "oscillator",
    coordinates: { q: [2] },
    momenta: { p: [2] },
    parameters: { k: { shape: [], default: 4 } },
    autonomous: true,
    drift: {
      field(_time, { p }, _parameters, _input, out) {
        out.q.set(p);
      },
    },
    kick: {
      field(_time, { q }, { k }, _input, out) {
        out.p.set(q.map((position) => -k[0]! * position));
      },
    },
  });

  it("is separable by construction: each part sees only its own blocks", () => {
    expect(oscillator.facts.separable).toBe(true);
    expect(oscillator.state.map(({ name, role }) => [name, role])).toEqual([
      ["q", "coordinate"],
      ["p", "momentum"],
    ]);
    const values = valuesOf(oscillator, { q: [1, 2], p: [3, 4] });
    expect(fieldAt(oscillator, values)).toEqual({ q: [3, 4], p: [-4, -8] });
  });

  it("names the part that is no function", () => {
    expect(() =>
      nativeSeparableSystem({
        name: "half",
        coordinates: { q: [] },
        momenta: { p: [] },
        drift: { field: () => undefined },
        kick: {} as never,
      }),
    ).toThrow('nativeSeparableSystem "half", kick.field: got nothing, expected a function over flat arrays.');
  });
});
