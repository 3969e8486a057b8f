import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { type PhasePortraitOptions, phasePortrait } from "./phase-portrait.js";

const turns = Array.from({ length: 801 }, (_, i) => (2 * Math.PI * i) / 200);
const circle = { x: turns.map(Math.cos), y: turns.map((angle) => -Math.sin(angle)) };
const base: PhasePortraitOptions = {
  title: "Oscillator",
  x: { label: "q" },
  y: { label: "p" },
  trajectories: [circle],
};
const energy = { x: [-2, 2], y: [-1.5, 1.5], value: (q: number, p: number) => (q * q + p * p) / 2 } as const;

function parse(options: PhasePortraitOptions): Element {
  return new JSDOM(phasePortrait(options).svg(), { contentType: "image/svg+xml" }).window.document.documentElement;
}

describe("phase portraits", () => {
  it("lay level lines of round spacing under the trajectories and say how far apart they are", () => {
    const svg = parse({ ...base, contours: energy });
    const lines = [...svg.querySelectorAll('g[aria-label="contour"] path')];
    const spacing = Number(/energy, level lines ([\d.]+) apart/.exec(svg.textContent ?? "")?.[1]);
    expect(lines.length).toBeGreaterThan(5);
    expect([0.1, 0.2, 0.5]).toContain(spacing);
    const contours = svg.querySelector('g[aria-label="contour"]') as Element;
    const path = svg.querySelector('g[aria-label="line"]') as Element;
    expect(contours.compareDocumentPosition(path) & 4).toBe(4);
  });

  it("lay level lines over the domains of the axes where no part of the plane is given", () => {
    const domains = { x: { label: "q", domain: energy.x }, y: { label: "p", domain: energy.y } };
    const { value } = energy;
    const portrait = (contours: PhasePortraitOptions["contours"], change: Partial<PhasePortraitOptions> = {}) =>
      phasePortrait({ ...base, ...domains, ...change, ...(contours && { contours }) }).svg();
    expect(portrait({ value })).toBe(portrait(energy));
    expect(portrait({ value }, { trajectories: [] })).toContain('aria-label="contour"');
    expect(portrait({ value }, { x: base.x, y: base.y })).toContain('aria-label="contour"');
  });

  it("draw the levels asked for where they are", () => {
    const svg = parse({ ...base, equalAspect: true, contours: { ...energy, levels: [0.5] } });
    const points = [
      ...(svg.querySelector('g[aria-label="contour"] path')?.getAttribute("d") ?? "").matchAll(/([\d.]+),([\d.]+)/g),
    ];
    const orbit = [
      ...(svg.querySelector('g[aria-label="line"] path')?.getAttribute("d") ?? "").matchAll(/([\d.]+),([\d.]+)/g),
    ];
    const radius = (matches: RegExpExecArray[]) =>
      (Math.max(...matches.map((m) => Number(m[1]))) - Math.min(...matches.map((m) => Number(m[1])))) / 2;
    const inner = points.filter(([, x]) => Math.abs(Number(x) - Number(orbit[0]?.[1])) < 3 * radius(orbit));
    const around = inner.filter(([, x, y]) => {
      const center = Number(orbit[0]?.[1]) - radius(orbit);
      const middle = Number(orbit[0]?.[2]);
      return Math.abs(Math.hypot(Number(x) - center, Number(y) - middle) / radius(orbit) - 1) < 0.02;
    });
    expect(around.length).toBeGreaterThan(30);
  });

  it("point an arrow the way time goes", () => {
    const arrow = parse(base).querySelector('path[d^="M5,0"]');
    const [, x, y, angle] =
      /translate\(([\d.]+),([\d.]+)\) rotate\((-?[\d.]+)\)/.exec(arrow?.getAttribute("transform") ?? "") ?? [];
    expect(Number(x)).toBeGreaterThan(0);
    expect(Number(y)).toBeGreaterThan(0);
    expect(Number(angle)).toBeGreaterThan(90);
    const reversed = { x: [...circle.x].reverse(), y: [...circle.y].reverse() };
    const back = parse({ ...base, trajectories: [reversed] })
      .querySelector('path[d^="M5,0"]')
      ?.getAttribute("transform");
    expect(Number(/rotate\((-?[\d.]+)\)/.exec(back ?? "")?.[1])).toBeLessThan(-90);
  });

  it("tell stable from unstable equilibria, and keep one unit equally long when asked", () => {
    const equilibria = [
      { x: 0, y: 0, stable: true },
      { x: 1, y: 0, stable: false },
    ];
    const dots = [...parse({ ...base, equilibria }).querySelectorAll('g[aria-label="dot"]')].map((node) =>
      node.getAttribute("fill"),
    );
    expect(dots).toEqual(["#1b1f24", "#ffffff"]);
    const path =
      parse({ ...base, equalAspect: true })
        .querySelector('g[aria-label="line"] path')
        ?.getAttribute("d") ?? "";
    const points = [...path.matchAll(/([\d.]+),([\d.]+)/g)].map(
      (match) => [Number(match[1]), Number(match[2])] as const,
    );
    const span = (k: 0 | 1) =>
      Math.max(...points.map((point) => point[k])) - Math.min(...points.map((point) => point[k]));
    expect(span(0) / span(1)).toBeCloseTo(1, 2);
  });

  it.each<[Partial<PhasePortraitOptions>, string]>([
    [{ trajectories: [{ x: [1, 2], y: [1] }] }, "trajectories[0] y: got 1 values, expected 2"],
    [{ trajectories: [] }, "trajectories: got no finite value"],
    [{ contours: { ...energy, x: [1, -1] } }, "contours.x.domain: got [1, -1]"],
    [{ contours: { ...energy, levels: 0 } }, "contours.levels: got 0"],
    [{ contours: { ...energy, value: () => Number.NaN } }, "contours.value: got no finite value"],
    [{ equilibria: [{ x: Number.NaN, y: 0, stable: true }] }, "equilibria[0]: got (NaN, 0)"],
  ])("refuse %j", (change, message) => {
    expect(() => phasePortrait({ ...base, ...change })).toThrow(message);
  });
});
