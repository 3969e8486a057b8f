import { JSDOM } from "jsdom";
import { describe, expect, it } from "vitest";
import { lineChart } from "./line-chart.js";
import { darkCounterparts } from "./palette.js";
import { reportPage } from "./report-page.js";

const hostile = `<script>alert("1")</script> & 'co'`;
const figure = lineChart({
  title: hostile,
  x: { label: "x" },
  y: { label: "y" },
  series: [{ name: hostile, x: [0, 1], y: [0, 1] }],
});
const page = reportPage({
  title: hostile,
  lead: hostile,
  sections: [
    { heading: hostile, text: "One.\n\nTwo, 10^-3.", figure, note: hostile },
    {
      heading: "Gradient exactness",
      table: {
        columns: ["structure", hostile],
        rows: [
          ["energy", 3.2e-9],
          [hostile, 12],
        ],
      },
    },
  ],
  footer: hostile,
});
const { document } = new JSDOM(page).window;

describe("a report page", () => {
  it("keeps strangers' text as text", () => {
    expect(document.querySelectorAll("script").length).toBe(0);
    expect(document.title).toBe(hostile);
    for (const place of ["h1", ".lead", "h2", ".note", "footer p", "thead th:last-child"]) {
      expect(document.querySelector(place)?.textContent, place).toBe(hostile);
    }
  });

  it("refers to nothing outside itself", () => {
    const withoutNamespace = page.replaceAll('xmlns="http://www.w3.org/2000/svg"', "");
    expect(withoutNamespace).not.toMatch(/https?:|\bsrc=|<link|@import|url\((?!#)/);
  });

  it("describes figures and heads tables for screen readers", () => {
    expect(document.documentElement.lang).toBe("en");
    expect(document.querySelector("figure svg")?.getAttribute("role")).toBe("img");
    expect(document.querySelector("figure svg")?.getAttribute("aria-label")).toContain("Line chart of y against x");
    expect([...document.querySelectorAll("thead th")].every((node) => node.getAttribute("scope") === "col")).toBe(true);
    expect(document.querySelector("tbody th")?.getAttribute("scope")).toBe("row");
    expect(document.querySelector("table")?.getAttribute("aria-label")).toBe("Gradient exactness");
  });

  it("sets paragraphs, superscripts and numbers", () => {
    expect(
      [...document.querySelectorAll("section:first-of-type p:not(.note)")].map((node) => node.textContent),
    ).toEqual(["One.", "Two, 10\u22123."]);
    expect(document.querySelector("sup")?.textContent).toBe("\u22123");
    expect(document.querySelector("td.number")?.innerHTML).toBe("3.2\u00d710<sup>\u22129</sup>");
  });

  it("turns every colour of a figure for a dark page", () => {
    for (const [light, dark] of darkCounterparts) expect(page).toContain(`figure [fill="${light}"]{fill:${dark}}`);
    const used = figure.svg({ background: "transparent" }).matchAll(/(?:fill|stroke)="(#[0-9a-f]+)"/g);
    for (const [, color] of used) expect(darkCounterparts.has(color as string), color).toBe(true);
  });

  it("refuses a row that does not fit its table", () => {
    const sections = [{ heading: "T", table: { columns: ["a", "b"], rows: [["x"]] } }];
    expect(() => reportPage({ title: "", lead: "", sections })).toThrow(
      'table of "T", rows[0]: got 1 cells, expected 2, one for each column.',
    );
  });
});
