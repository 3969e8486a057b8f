import { describe, expect, it } from "vitest";
import { plainEuler } from "./example-integrators.testing.js";
import { spring } from "./example-systems.testing.js";
import type { Progress } from "./options.js";
import { simulate, simulateAsync } from "./simulate.js";

const options = {
  integrator: plainEuler(0.01),
  initial: { x: 1 },
  parameters: { stiffness: 1 },
  steps: 20_000,
} as const;

describe("progress", () => {
  it("is told about a hundred times, up to the end", () => {
    const told: Progress[] = [];
    const result = simulate(spring, { ...options, onProgress: (progress) => told.push(progress) });
    expect(result.status).toBe("completed");
    expect(told.length).toBeGreaterThanOrEqual(100);
    expect(told.length).toBeLessThan(200);
    for (const [k, { fraction, steps, elapsedSeconds, remainingSeconds }] of told.entries()) {
      expect(fraction).toBe(steps / 20_000);
      expect(steps).toBeGreaterThan(told[k - 1]?.steps ?? 0);
      expect(elapsedSeconds).toBeGreaterThanOrEqual(told[k - 1]?.elapsedSeconds ?? 0);
      expect(remainingSeconds).toBeGreaterThanOrEqual(0);
    }
    expect(told.at(-1)).toMatchObject({ fraction: 1, steps: 20_000, remainingSeconds: 0 });
  });

  it("stops the run, which keeps what it has", () => {
    const whole = simulate(spring, options);
    const part = simulate(spring, { ...options, onProgress: ({ fraction }) => fraction < 0.25 });
    expect(part).toMatchObject({ status: "interrupted", steps: 5000 });
    expect(part.times).toEqual(whole.times.slice(0, 5001));
    expect(part.states.x).toEqual({ data: whole.states.x.data.slice(0, 5001), shape: [5001] });
    expect(part.final.x.data[0]).toBe(whole.states.x.data[5000]);
  });

  it("does not change the numbers, and a stop after the last step is no interruption", () => {
    const told = simulate(spring, { ...options, onProgress: ({ fraction }) => fraction < 1 });
    expect(told.status).toBe("completed");
    expect(told.states.x).toEqual(simulate(spring, options).states.x);
  });

  it("may run another simulation of the same system", () => {
    const inner = { ...options, initial: { x: 5 }, steps: 10 };
    const result = simulate(spring, { ...options, onProgress: () => simulate(spring, inner) });
    expect(result.states.x).toEqual(simulate(spring, options).states.x);
  });
});

describe("simulateAsync", () => {
  it("gives the numbers of simulate", async () => {
    const result = await simulateAsync(spring, options);
    expect(result.status).toBe("completed");
    expect(result.states.x).toEqual(simulate(spring, options).states.x);
  });

  it("lets the event loop turn, and stops at the signal with what it has", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 60);
    const long = { ...options, steps: 1e8, save: { every: 1e8 } };
    const result = await simulateAsync(spring, { ...long, signal: controller.signal });
    expect(result.status).toBe("interrupted");
    expect(result.steps).toBeGreaterThan(0);
    expect([...result.savedSteps]).toEqual([0]);
  });

  it("takes no step after a signal that was given before", async () => {
    const result = await simulateAsync(spring, { ...options, signal: AbortSignal.abort() });
    expect(result).toMatchObject({ status: "interrupted", steps: 0 });
    expect([...result.states.x.data]).toEqual([1]);
  });
});
