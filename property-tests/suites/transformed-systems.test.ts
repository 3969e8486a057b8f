import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describe as equationsOf } from "../../core/describe.js";
import type { Expression } from "../../core/expression/expression.js";
import { constant } from "../../core/expression/functions.js";
import type { DynamicalSystem } from "../../core/system.js";
import type { LearningTask } from "../../learning/task.js";
import { corrected } from "../../learning/transformations/corrected.js";
import { doubled, doubledEnergy, refuseDoubling } from "../../learning/transformations/doubled.js";
import { nudged, nudgedForce } from "../../learning/transformations/nudged.js";
import { probed } from "../../learning/transformations/probed.js";
import { twisted, twistOf } from "../../learning/transformations/twisted.js";
import { systemFromJson, systemToJson } from "../../systems/json.js";
import { arbitraryDirection, arbitrarySystemPoint } from "../arbitraries/system-point.js";
import { directionalDerivative } from "../measures/directional-derivative.js";
import { innerProduct, moved, type PointValues, pointFunction } from "../measures/point-function.js";
import { fieldOf, stateSymbols, valuesOf } from "../measures/system-measures.js";
import { jsonRoundTrip } from "../properties/systems/json-round-trip.js";
import { systemProperties } from "../verification/properties-registry.js";
import { hopfieldTask, potentialTask, rateTask, sixUnits, skewTask, symmetricRateTask } from "./example-tasks.js";
import { applicable, expectHolds } from "./verification-cases.js";

const tasks = [
  sixUnits,
  potentialTask,
  skewTask,
  rateTask,
  hopfieldTask,
  symmetricRateTask,
] as unknown as readonly LearningTask[];

/** The transformations, each with the tasks it takes. */
const TRANSFORMATIONS: readonly (readonly [
  name: string,
  make: (task: LearningTask) => DynamicalSystem,
  takes?: (task: LearningTask) => boolean,
])[] = [
  ["nudged", nudged],
  ["nudged as a force", nudgedForce],
  ["corrected", corrected],
  ["doubled", doubled],
  ["doubled with the cost on the copies", (task) => doubled(task, { cost: "copies" })],
  [
    "doubled and split",
    (task) => doubled(task, { form: "split" }),
    (task) => refuseDoubling(task, { form: "split" }) === undefined,
  ],
  ["twisted", twisted, ({ system }) => twistOf(system) !== undefined],
  ["probed", probed],
];

const cases = TRANSFORMATIONS.flatMap(([name, make, takes = () => true]) =>
  tasks.filter(takes).map((task) => [task.system.name, name, make(task)] as const),
);

describe("transformed systems are systems", () => {
  test.each(cases)("%s, %s: has the properties it declares", (_task, _name, system) => {
    const chosen = applicable(systemProperties, system).filter((property) => property !== jsonRoundTrip);
    expect(chosen.length).toBeGreaterThanOrEqual(8);
    for (const property of chosen)
      expect(expectHolds(property, system, { runs: 6, seed: 3 }).undecided).toBeLessThan(3);
  });

  test.each(cases)("%s, %s: can be described, and comes back from JSON", (_task, _name, system) => {
    const { text, latex } = equationsOf(system);
    for (const { name } of system.state) expect(text).toContain(`d${name}/d`);
    expect(latex).toMatch(/^\\begin\{aligned\}/);
    const again = systemFromJson(JSON.parse(JSON.stringify(systemToJson(system))));
    expect(again.parameters).toEqual(system.parameters);
    expect(again.input).toEqual(system.input);
    const [before, after] = [system, again].map((each) => pointFunction(fieldOf(each)));
    fc.assert(
      fc.property(arbitrarySystemPoint(system), (point) => {
        close(after?.(point) ?? [], before?.(point) ?? []);
      }),
      { numRuns: 5, seed: 4 },
    );
  });
});

const RUNS = { numRuns: 10, seed: 5 };
const named = (task: LearningTask): readonly [string, LearningTask] => [task.system.name, task];

/** A point of a transformed system with the state also under the free state's names, or other values by block. */
const atFree = (task: LearningTask, point: PointValues): PointValues => ({
  ...point,
  ...Object.fromEntries(task.system.state.map(({ name }) => [`${name}_free`, point[name] as Float64Array])),
});

const withNudge = (point: PointValues, nudge: number): PointValues => ({ ...point, nudge: Float64Array.of(nudge) });

const fieldAt = (system: DynamicalSystem, point: PointValues): Float64Array[] => pointFunction(fieldOf(system))(point);

const close = (found: readonly Float64Array[], expected: readonly Float64Array[]): void => {
  expect(found.length).toBe(expected.length);
  found.forEach((values, k) => {
    values.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[k]?.[i] as number, 10);
    });
  });
};

/** The slopes dC/dx of a task's cost, found without the library's derivatives. */
function costSlopes({ system, cost }: LearningTask, point: PointValues): Float64Array[] {
  const slope = directionalDerivative([cost.final as Expression], stateSymbols(system));
  return system.state.map(({ name }) =>
    (point[name] as Float64Array).map((_, i, values) => {
      const direction = Object.fromEntries(
        system.state.map((block) => [block.name, new Float64Array((point[block.name] as Float64Array).length)]),
      );
      direction[name] = Float64Array.from(values, (__, k) => (k === i ? 1 : 0));
      return slope(point, direction).values[0]?.[0] as number;
    }),
  );
}

describe("what a transformation adds", () => {
  test.each(tasks.map(named))("%s: the nudged force is pushed down the cost", (_, task) => {
    const system = nudgedForce(task);
    fc.assert(
      fc.property(arbitrarySystemPoint(system), (point) => {
        const slopes = costSlopes(task, point);
        const nudge = point.nudge?.[0] as number;
        const field = fieldAt(task.system, point);
        close(
          fieldAt(system, point),
          field.map((values, k) => values.map((value, i) => value - nudge * (slopes[k]?.[i] as number))),
        );
      }),
      RUNS,
    );
  });

  test.each(tasks.map(named))(
    "%s: at the free state without a nudge the corrected Jacobian is the transposed",
    (_, task) => {
      const system = corrected(task);
      const direction = arbitraryDirection(task.system.state);
      const [own, transposed] = [task.system, system].map((each) =>
        directionalDerivative(fieldOf(each), stateSymbols(task.system)),
      );
      fc.assert(
        fc.property(arbitrarySystemPoint(system), direction, direction, (point, v, w) => {
          const free = withNudge(atFree(task, point), 0);
          close(fieldAt(system, free), fieldAt(task.system, free));
          const [left, right] = [valuesOf(w, task.system.state), valuesOf(v, task.system.state)];
          const found = innerProduct(left, transposed?.(free, v).values ?? []);
          expect(found).toBeCloseTo(innerProduct(right, own?.(free, w).values ?? []), 10);
        }),
        RUNS,
      );
    },
  );

  test.each(tasks.map(named))("%s: the correction is linear in the distance from the free state", (_, task) => {
    const [system, pushed] = [corrected(task), nudgedForce(task)];
    const direction = arbitraryDirection(task.system.state);
    fc.assert(
      fc.property(arbitrarySystemPoint(system), direction, (point, v) => {
        const correctionAt = (distance: number): Float64Array[] => {
          const away = moved(atFree(task, point), v, distance);
          const plain = fieldAt(pushed, away);
          return fieldAt(system, away).map((values, k) => values.map((value, i) => value - (plain[k]?.[i] as number)));
        };
        close(
          correctionAt(2),
          correctionAt(1).map((values) => values.map((value) => 2 * value)),
        );
      }),
      RUNS,
    );
  });

  const doublings = cases.filter(([, name]) => name.startsWith("doubled"));

  test.each(doublings)("%s, %s: has the energy of two copies", (taskName, name, system) => {
    const task = tasks.find((each) => each.system.name === taskName) as LearningTask;
    const { state, scalar, decomposition } = task.system;
    const split = name === "doubled and split";
    const energyOf = pointFunction([
      doubledEnergy(task, split ? { form: "split" } : { cost: name === "doubled" ? "midpoint" : "copies" }),
    ]);
    const well = split ? (decomposition?.energy ?? (scalar as Expression)) : constant(0);
    const single = pointFunction([task.cost.final as Expression, well]);
    const rest = split ? (decomposition?.nonConservative ?? new Map<string, Expression>()) : task.system.field;
    const forces = pointFunction([...rest.values()]);
    fc.assert(
      fc.property(arbitrarySystemPoint(system), (point) => {
        const apart = Object.fromEntries(state.map((block) => [block.name, point[`${block.name}_difference`]]));
        const [cost, energy] = [0, 1].map((k) => (side: number) => {
          return single(moved(point, apart as PointValues, side / 2))[k]?.[0] as number;
        }) as [(side: number) => number, (side: number) => number];
        const work = innerProduct(
          forces(point),
          valuesOf(
            apart as PointValues,
            [...rest.keys()].map((key) => ({ name: key })),
          ),
        );
        const push = name === "doubled" ? cost(0) : (cost(1) + cost(-1)) / 2;
        const expected = energy(1) - energy(-1) - work + (point.nudge?.[0] as number) * push;
        expect(energyOf(point)[0]?.[0]).toBeCloseTo(expected, 10);
      }),
      RUNS,
    );
  });

  test.each(doublings)("%s, %s: moves by the energy of the pair", (taskName, name, system) => {
    const task = tasks.find((each) => each.system.name === taskName) as LearningTask;
    const form = name === "doubled and split" ? ({ form: "split" } as const) : {};
    const cost = name === "doubled with the cost on the copies" ? ({ cost: "copies" } as const) : {};
    const slope = directionalDerivative([doubledEnergy(task, { ...form, ...cost })], stateSymbols(system));
    const partner = (block: string): string =>
      block.endsWith("_difference") ? block.slice(0, -"_difference".length) : `${block}_difference`;
    fc.assert(
      fc.property(arbitrarySystemPoint(system), arbitraryDirection(system.state), (point, v) => {
        const field = fieldAt(system, point);
        const turned = Object.fromEntries(system.state.map((block) => [partner(block.name), v[block.name]]));
        const found = innerProduct(field, valuesOf(v, system.state));
        expect(-found).toBeCloseTo(slope(point, turned as PointValues).values[0]?.[0] as number, 10);
      }),
      RUNS,
    );
  });

  test.each(tasks.map(named))("%s: the midpoint of the merged form moves as the system does", (_, task) => {
    const system = doubled(task);
    fc.assert(
      fc.property(arbitrarySystemPoint(system), (point) => {
        close(fieldAt(system, point).slice(0, task.system.state.length), fieldAt(task.system, point));
      }),
      RUNS,
    );
  });

  test.each(tasks.filter(({ system }) => twistOf(system) !== undefined).map(named))(
    "%s: the twisted push times the twist is that of the cost",
    (_, task) => {
      const system = twisted(task);
      const twist = pointFunction([...(twistOf(task.system) as Map<string, Expression>).values()]);
      fc.assert(
        fc.property(arbitrarySystemPoint(system), (point) => {
          const free = atFree(task, point);
          const [slopes, scales, plain] = [costSlopes(task, point), twist(point), fieldAt(task.system, point)];
          const nudge = point.nudge?.[0] as number;
          const pushes = fieldAt(system, free).map((values, k) =>
            values.map(
              (value, i) => (value - (plain[k]?.[i] as number)) * (scales[k]?.[i] ?? (scales[k]?.[0] as number)),
            ),
          );
          close(
            pushes,
            slopes.map((values) => values.map((value) => -nudge * value)),
          );
        }),
        RUNS,
      );
    },
  );

  test.each(tasks.map(named))("%s: a probe of the cost's slope is a nudge", (_, task) => {
    const [system, pushed] = [probed(task), nudgedForce(task)];
    fc.assert(
      fc.property(arbitrarySystemPoint(pushed), (point) => {
        const slopes = costSlopes(task, point);
        const probes = task.system.state.map(({ name }, k) => [`${name}_probe`, slopes[k] as Float64Array] as const);
        close(fieldAt(system, { ...point, ...Object.fromEntries(probes) }), fieldAt(pushed, point));
      }),
      RUNS,
    );
  });
});
