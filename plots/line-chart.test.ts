import fc from "fast-check";
import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { type LineChartOptions, lineChart } from "./line-chart.js";
import { seriesColor } from "./palette.js";
import { textWidth } from "./text.js";

const base = { title: "A title", x: { label: "x" }, y: { label: "y" } };

function parse(options: LineChartOptions): Element {
  const { document } = new JSDOM(lineChart(options).svg(), { contentType: "image/svg+xml" }).window;
  return document.documentElement;
}

/** Each text's content and the pixels it spans. */
function textSpans(svg: Element): { text: string; from: number; to: number }[] {
  return [...svg.querySelectorAll("text")]
    .filter((node) => node.hasAttribute("x"))
    .map((node) => {
      const width = textWidth(
        node.textContent ?? "",
        Number(node.getAttribute("font-size") ?? node.parentElement?.getAttribute("font-size")),
      );
      const anchor = node.closest("[text-anchor]")?.getAttribute("text-anchor") ?? "start";
      const from = Number(node.getAttribute("x")) - { start: 0, middle: 0.5, end: 1 }[anchor as "start"] * width;
      return { text: node.textContent ?? "", from, to: from + width };
    });
}

function pathOf(svg: Element, index: number): string {
  return svg.querySelector(`g[aria-label="line"] g[stroke="${seriesColor(index)}"] path`)?.getAttribute("d") ?? "";
}

describe("line charts", () => {
  it("draws every line in its colour and names it at its end", () => {
    const svg = parse({
      ...base,
      series: [
        { name: "one", x: [0, 1], y: [0, 1] },
        { name: "two", x: [0, 1], y: [1, 0], dashed: true },
      ],
    });
    expect(pathOf(svg, 0)).toMatch(/^M[\d.]+,[\d.]+L[\d.]+,[\d.]+$/);
    expect(svg.querySelector(`g[stroke="${seriesColor(1)}"]`)?.getAttribute("stroke-dasharray")).toBe("6 3");
    const texts = [...svg.querySelectorAll("text")].map((node) => node.textContent);
    expect(texts).toEqual(expect.arrayContaining(["A title", "x", "y", "one", "two"]));
    const height = (text: string) =>
      Number([...svg.querySelectorAll("text")].find((node) => node.textContent === text)?.getAttribute("y"));
    expect(height("one")).toBeLessThan(height("two"));
    expect(svg.getAttribute("aria-label")).toBe("A title. Line chart of y against x: one, two.");
  });

  it("writes no name beside a line that has none", () => {
    const line = { x: [0, 1], y: [0, 1] };
    const chart = (series: LineChartOptions["series"]) => lineChart({ ...base, series }).svg();
    expect(chart([line])).toBe(chart([{ ...line, name: "" }]));
    expect(chart([line])).not.toContain("undefined");
    expect(chart([line, { ...line, name: "two" }])).toContain(">two<");
    expect(() => chart([{ ...line, y: [1] }])).toThrow("series[0] y: got 1 values");
  });

  it("is the same text every time it is drawn", () => {
    const options = { ...base, series: [{ name: "", x: [0, 1, 2], y: [1, 4, 2] }] };
    expect(lineChart(options).svg()).toBe(lineChart(options).svg());
  });

  it("keeps strangers' text as text", () => {
    const name = '<script>alert("1")</script> & co';
    const options = {
      title: name,
      subtitle: name,
      x: { label: name },
      y: { label: name },
      series: [{ name, x: [0, 1], y: [0, 1] }],
    };
    expect(lineChart(options).svg()).not.toContain("<script");
    const svg = parse({ ...options, width: 2000 });
    expect(svg.querySelectorAll("script").length).toBe(0);
    expect([...svg.querySelectorAll("text")].filter((node) => node.textContent === name).length).toBe(5);
  });

  it("breaks a line where a value is not finite and says when nothing is left of one", () => {
    const x = [0, 1, 2, 3];
    const svg = parse({
      ...base,
      series: [
        { name: "a", x, y: [1, 2, Number.NaN, 3] },
        { name: "b", x, y: x.map(() => Number.NaN) },
      ],
    });
    expect(pathOf(svg, 0).match(/M/g)?.length).toBe(2);
    expect(svg.textContent).toContain("b (no value)");
  });

  it("thins long lines but keeps their highest point", () => {
    const x = Float64Array.from({ length: 200_000 }, (_, i) => i);
    const y = x.map((value) => Math.sin(value / 50) + (value === 77_777 ? 9 : 0));
    const svg = parse({ ...base, series: [{ name: "", x, y }], y: { label: "y", domain: [-1, 10] } });
    const heights = [...pathOf(svg, 0).matchAll(/[ML][\d.]+,([\d.]+)/g)].map((match) => Number(match[1]));
    expect(heights.length).toBeLessThan(4 * 700);
    const bare = parse({
      ...base,
      series: [{ name: "", x: [0, 1], y: [10, 10] }],
      y: { label: "y", domain: [-1, 10] },
    });
    const top = Number(/^M[\d.]+,([\d.]+)/.exec(pathOf(bare, 0))?.[1]);
    const bottom = 440 - 54;
    expect(Math.min(...heights)).toBeCloseTo(bottom + ((9 + Math.sin(77_777 / 50) + 1) / 11) * (top - bottom), 0);
  });

  it("shades a band along its two limits", () => {
    const x = [0, 1, 2, 3];
    const band = { low: [0, 1, Number.NaN, 0], high: [2, 3, 4, 2] };
    const svg = parse({ ...base, series: [{ name: "", x, y: [1, 2, 3, 1], band }] });
    const outline = svg.querySelector('g[fill-opacity="0.16"] path')?.getAttribute("d") ?? "";
    expect(outline.match(/Z/g)?.length).toBe(2);
    expect(outline.match(/[ML]/g)?.length).toBe(6);
  });

  it("draws power laws as straight guides of the right slope between log axes", () => {
    const x = [1e-4, 1e-3, 1e-2, 1e-1];
    const log = { ...base, x: { label: "nudge", scale: "log" as const }, y: { label: "error", scale: "log" as const } };
    const svg = parse({
      ...log,
      series: [{ name: "centred", x, y: x.map((v) => 7 * v ** 2) }],
      references: [{ slope: 2, through: [1e-2, 1e-4] }],
    });
    const link = /^M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)/.exec(
      svg.querySelector('g[aria-label="link"] path')?.getAttribute("d") ?? "",
    );
    const line = /^M([\d.]+),([\d.]+).*L([\d.]+),([\d.]+)$/.exec(pathOf(svg, 0));
    const slope = (match: RegExpExecArray | null) =>
      (Number(match?.[4]) - Number(match?.[2])) / (Number(match?.[3]) - Number(match?.[1]));
    expect(slope(link)).toBeLessThan(0);
    expect(slope(link)).toBeCloseTo(slope(line), 2);
    expect(svg.textContent).toContain("slope 2");
    expect(svg.textContent).toContain("10\u22124");
  });

  it("never lets a label run out of the figure", () => {
    const name = fc.string({ minLength: 0, maxLength: 60, unit: "grapheme-ascii" });
    const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, values), { minLength: 1, maxLength: 12 }),
        name,
        fc.integer({ min: 300, max: 900 }),
        (lines, label, width) => {
          const svg = parse({
            title: label,
            x: { label },
            y: { label },
            width,
            series: lines.map(([text, y]) => ({ name: text, x: y.map((_, i) => i), y })),
            references: [
              { y: 0, name: label },
              { x: 1, name: label.slice(0, 20) },
            ],
          });
          for (const { text, from, to } of textSpans(svg)) {
            expect(from, text).toBeGreaterThanOrEqual(-1);
            expect(to, text).toBeLessThanOrEqual(width + 1);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[string, Partial<LineChartOptions>, string]>([
    ["no series", { series: [] }, "series: got none, expected at least one."],
    [
      "nothing finite",
      { series: [{ name: "a", x: [0], y: [Number.NaN] }] },
      "series: got no finite value, expected at least one point to draw.",
    ],
    [
      "lengths that differ",
      { series: [{ name: "a", x: [0, 1], y: [1] }] },
      'series "a" y: got 1 values, expected 2, one for each x.',
    ],
    [
      "a band of another length",
      { series: [{ name: "a", x: [0, 1], y: [1, 2], band: { low: [0, 1], high: [1] } }] },
      'series "a" band.high: got 1 values, expected 2, one for each x.',
    ],
    [
      "a value a log axis cannot show",
      { y: { label: "y", scale: "log" }, series: [{ name: "a", x: [0, 1], y: [1, -3] }] },
      'series "a" y[1]: got -3, expected a positive number on a log axis; leave the point out, or give NaN to break the line there.',
    ],
    [
      "an unnamed series",
      { x: { label: "x", scale: "log" }, series: [{ name: "", x: [0, 1], y: [1, 3] }] },
      "series[0] x[0]: got 0",
    ],
    [
      "a reference off a log axis",
      { y: { label: "y", scale: "log" }, references: [{ y: 0 }] },
      "references y: got 0, expected a positive number",
    ],
    [
      "a slope that is no number",
      { references: [{ slope: Number.NaN, through: [1, 1] }] },
      "references slope: got NaN, expected a finite number.",
    ],
    ["a size it cannot draw at", { width: 3 }, "width: got 3, expected a number of pixels between 160 and 10000."],
  ])("refuses %s", (_, change, message) => {
    expect(() => lineChart({ ...base, series: [{ name: "a", x: [1, 2], y: [1, 2] }], ...change })).toThrow(message);
  });
});
