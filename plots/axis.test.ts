import { describe, expect, it } from "vitest";
import { axisPosition, checkAxis, makeAxis } from "./axis.js";

const room = { padding: 0, count: 5 };
const texts = (axis: ReturnType<typeof makeAxis>) => axis.ticks.map((tick) => tick.text);

describe("axes", () => {
  it("sets round ticks within the limits", () => {
    const axis = makeAxis({ label: "x" }, [0, 10], room);
    expect(texts(axis)).toEqual(["0", "2", "4", "6", "8", "10"]);
    expect(texts(makeAxis({ label: "x" }, [-0.4, 0.4], room))).toEqual(["\u22120.4", "\u22120.2", "0.0", "0.2", "0.4"]);
  });

  it("moves a common power of ten into the label, before the unit", () => {
    const axis = makeAxis({ label: "energy (J)" }, [0, 2e-6], room);
    expect(axis.label).toBe("energy (10^-6 J)");
    expect(texts(axis)).toEqual(["0.0", "0.5", "1.0", "1.5", "2.0"]);
    expect(axis.ticks[1]?.value).toBe(5e-7);
    expect(makeAxis({ label: "error" }, [0, 3e5], room).label).toBe("error (10^5)");
  });

  it("extends to a tick that the data almost reach, but not beyond a given domain", () => {
    expect(makeAxis({ label: "t" }, [0, 29.995], room).domain).toEqual([0, 30]);
    expect(makeAxis({ label: "t", domain: [0, 29.995] }, [0, 1], room).domain).toEqual([0, 29.995]);
  });

  it("has no ticks between whole numbers where these would make no sense", () => {
    expect(texts(makeAxis({ label: "epoch" }, [1, 3], { ...room, whole: true }))).toEqual(["1", "2", "3"]);
    expect(texts(makeAxis({ label: "epoch" }, [1, 1], { ...room, whole: true }))).toEqual(["1"]);
  });

  it("gives a constant room on either side", () => {
    const axis = makeAxis({ label: "y" }, [3, 3], room);
    expect(axis.domain[0]).toBeLessThan(3);
    expect(axis.domain[1]).toBeGreaterThan(3);
    const log = makeAxis({ label: "y", scale: "log" }, [1e-3, 1e-3], room);
    expect(axisPosition(log, 1e-3)).toBeCloseTo(0.5, 12);
  });

  it("labels powers of ten on a log axis, leaving some out where there are many", () => {
    const axis = makeAxis({ label: "y", scale: "log" }, [1e-8, 1], { padding: 0, count: 5 });
    expect(texts(axis)).toEqual(["10^-8", "10^-6", "10^-4", "10^-2", "10^0"]);
    expect(axis.minorTicks).toContain(1e-7);
    expect(axisPosition(axis, 1e-4)).toBeCloseTo(0.5, 12);
    const three = makeAxis({ label: "y", scale: "log" }, [1, 1000], room);
    expect(texts(three)).toEqual(["1", "10", "100", "1000"]);
    expect(three.minorTicks).toContain(500);
  });

  it("labels values between powers of ten on a short log axis", () => {
    expect(texts(makeAxis({ label: "y", scale: "log" }, [1e-5, 6e-5], room))).toEqual([
      "10^-5",
      "2\u00d710^-5",
      "5\u00d710^-5",
    ]);
    expect(texts(makeAxis({ label: "y", scale: "log" }, [2.2e-5, 3.9e-5], room)).length).toBeGreaterThanOrEqual(2);
  });

  it("refuses limits that do not ascend, are not finite, or are not positive on a log axis", () => {
    expect(() => checkAxis("x", { label: "x", domain: [1, 1] })).toThrow(
      "x.domain: got [1, 1], expected two finite limits, ascending.",
    );
    expect(() => checkAxis("y", { label: "y", domain: [0, Number.NaN] })).toThrow("y.domain");
    expect(() => checkAxis("y", { label: "y", scale: "log", domain: [0, 1] })).toThrow("positive limits on a log axis");
  });
});
