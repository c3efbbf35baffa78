/** The reports' style sheet: one column of text, wide figures, light and dark from the same rules. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #14181d);
  --card: light-dark(#ffffff, #1b2027);
  --ink: light-dark(#1d242b, #e6e8ea);
  --muted: light-dark(#5d6872, #98a3ad);
  --line: light-dark(#dcdfe0, #323a43);
  --price: light-dark(#3c4c5b, #b9c6d2);
  --reserves: light-dark(#178a7d, #3dbfae);
  --insurance: light-dark(#2f6fc4, #6ea8f2);
  --dilution: light-dark(#b97d00, #e7b13c);
  --socialized: light-dark(#c23b4e, #ef7485);
  --recovered: light-dark(#47883a, #83c773);
  --warning: light-dark(#c2601a, #f09a55);
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; padding: 0 1.25rem 4rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, "Segoe UI", "Liberation Sans", sans-serif;
}
main { max-width: 62rem; margin: 0 auto; }
h1, h2, h3 { font-family: "Iowan Old Style", Palatino, "Liberation Serif", Georgia, serif; line-height: 1.2; font-weight: 600; }
h1 { font-size: clamp(1.9rem, 5vw, 2.7rem); margin: 0 0 .6rem; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font-size: .85rem; }
.log { min-width: 12rem; overflow-wrap: anywhere; }
h2 { font-size: 1.55rem; margin: 3.2rem 0 .6rem; }
h3 { font-size: 1.12rem; margin: 0; }
p, ul.prose { max-width: 46rem; margin: .6rem 0; }
header { padding: 3rem 0 .5rem; }
header .mark { width: 3.2rem; color: var(--ink); display: block; margin-bottom: 1rem; }
.lead { font-size: 1.12rem; }
.muted, footer { color: var(--muted); }
footer { margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; font-size: .875rem; }
code { font: .9em ui-monospace, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.2rem, 1fr)); gap: .75rem; margin: 1.6rem 0; }
.facts div { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .7rem .9rem; }
.facts b { display: block; font-size: 1.2rem; white-space: nowrap; line-height: 1.3; font-variant-numeric: tabular-nums; }
.facts span { color: var(--muted); font-size: .85rem; line-height: 1.35; display: block; }
.cascade { margin: 1.4rem 0; display: grid; gap: .55rem; }
.cascade .row { display: grid; grid-template-columns: 12.5rem 1fr 8.5rem; gap: .9rem; align-items: center; }
.cascade .track { position: relative; height: 1.9rem; background: color-mix(in srgb, var(--line) 40%, transparent); border-radius: .25rem; }
.cascade .bar { position: absolute; top: 0; bottom: 0; min-width: 2px; border-radius: .25rem; background: var(--bar); }
.cascade .name b { display: block; line-height: 1.25; }
.cascade .name span { color: var(--muted); font-size: .82rem; line-height: 1.25; display: block; }
.cascade .value { text-align: right; font-variant-numeric: tabular-nums; line-height: 1.25; }
.cascade .value span { color: var(--muted); font-size: .82rem; display: block; }
.cascade .gap { border-top: 1px dashed var(--line); margin: .35rem 0; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .42rem 1.3rem .42rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 500; font-size: .82rem; vertical-align: bottom; }
th.number, td.number { text-align: right; white-space: nowrap; }
td:last-child, th:last-child { padding-right: 0; }
tr.total td { font-weight: 600; border-bottom: 0; border-top: 1px solid var(--ink); }
figure.chart { margin: 2.2rem 0; padding: 1.1rem 1.2rem .8rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; position: relative; }
figcaption p { margin: .25rem 0 .5rem; color: var(--muted); font-size: .92rem; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .15rem 1.1rem; padding: 0; margin: .3rem 0; font-size: .85rem; color: var(--muted); }
.legend .axis { flex-basis: 100%; }
.key { display: inline-block; width: 1.1rem; height: .28rem; border-radius: 2px; background: var(--key); margin-right: .4rem; vertical-align: middle; }
.key.dashed { background: repeating-linear-gradient(90deg, var(--key) 0 .3rem, transparent .3rem .45rem); }
.plot { position: relative; }
.plot svg { display: block; width: 100%; height: auto; overflow: visible; }
.plot.narrow { display: none; }
.cursor { position: absolute; top: 0; bottom: 0; width: 1px; background: var(--muted); pointer-events: none; display: none; }
.tip { position: absolute; z-index: 2; top: .4rem; pointer-events: none; display: none; background: var(--paper); border: 1px solid var(--line); border-radius: .4rem; padding: .45rem .65rem; font-size: .82rem; line-height: 1.45; white-space: nowrap; box-shadow: 0 2px 10px rgb(0 0 0 / .18); font-variant-numeric: tabular-nums; }
.tip b { display: block; }
@media (max-width: 44rem) {
  .plot.wide { display: none; } .plot.narrow { display: block; }
  .cascade .row { grid-template-columns: 1fr auto; gap: .1rem .8rem; }
  .cascade .track { grid-row: 2; grid-column: 1 / -1; height: 1.1rem; }
  figure.chart { padding: .9rem .7rem .5rem; }
}
@media print { body { background: none; } figure.chart { break-inside: avoid; } }
`;
