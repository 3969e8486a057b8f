import { darkCounterparts, gridInk, ink, mutedInk, paper } from "./palette.js";

/** The look of a report page; figures follow the reader's colour scheme with it. */
export function reportStyle(): string {
  const dark = (color: string) => darkCounterparts.get(color) as string;
  const figureColors = [...darkCounterparts]
    .map(([light, night]) => `figure [fill="${light}"]{fill:${night}}figure [stroke="${light}"]{stroke:${night}}`)
    .join("\n");
  return `
:root{color-scheme:light dark;--paper:${paper};--ink:${ink};--muted:${mutedInk};--rule:${gridInk}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"Liberation Sans",sans-serif}
main,header,footer{max-width:52rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:3rem;padding-bottom:.5rem}
h1{font-size:2rem;line-height:1.2;margin:0 0 .75rem;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.3rem;line-height:1.3;margin:0 0 .6rem}
p{margin:0 0 .9rem;overflow-wrap:break-word}
.lead{font-size:1.12rem;color:var(--muted);text-wrap:pretty}
section{margin-top:2.2rem;padding-top:1.6rem;border-top:1px solid var(--rule)}
figure{margin:1rem 0}
figure svg{display:block;width:100%;height:auto}
.table{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:.94rem;font-variant-numeric:tabular-nums}
th,td{padding:.42rem .8rem .42rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--rule)}
thead th{color:var(--muted);font-weight:600;border-bottom:2px solid var(--rule);white-space:nowrap}
tbody th{font-weight:500}
.number{text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
.note{color:var(--muted);font-size:.9rem}
sup{font-size:.72em;line-height:0}
footer{margin-top:2.5rem;padding-top:1rem;padding-bottom:2.5rem;color:var(--muted);font-size:.88rem}
@media screen and (max-width:44rem){
figure{overflow-x:auto}
figure svg{min-width:38rem}
}
@media screen and (prefers-color-scheme:dark){
:root{--paper:${dark(paper)};--ink:${dark(ink)};--muted:${dark(mutedInk)};--rule:${dark(gridInk)}}
${figureColors}
figure image{filter:brightness(.9)}
}
@media print{
body{font-size:11pt}
header{padding-top:0}
section,figure,tr{break-inside:avoid}
h2{break-after:avoid}
}`;
}
