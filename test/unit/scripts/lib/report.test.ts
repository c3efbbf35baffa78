import { expect } from "chai";

import { type Chart, chartHtml, escapeHtml } from "../../../../scripts/lib/report/chart.ts";
import { cascade, pageHtml, table } from "../../../../scripts/lib/report/page.ts";

const CHART: Chart = {
  id: "price",
  title: "Price",
  caption: "A <price> & more",
  axis: "dollars",
  times: [0, 300, 600],
  series: [{ name: "price", color: "price", values: [1, 2, 3], labels: ["1", "2", "</script>"] }],
  marks: [{ time: 300, text: "low" }],
};

describe("report", () => {
  it("draws each chart wide and narrow, in the page's colors", () => {
    const html = chartHtml(CHART);
    expect(html.match(/<svg /g)).to.have.length(2);
    expect(html).to.include('stroke="var(--price)"');
    expect(html).to.not.match(/#fe00/);
  });

  it("gives every drawing ids of its own", () => {
    const ids = [chartHtml(CHART), chartHtml(CHART)].flatMap((html) =>
      [...html.matchAll(/<clipPath id="([^"]+)"/g)].map((match) => match[1]),
    );
    expect(ids.length).to.be.greaterThan(2);
    expect(new Set(ids).size).to.equal(ids.length);
  });

  it("is one file that asks nobody for anything", () => {
    const html = pageHtml({ title: "A & B", lead: "x", blocks: [chartHtml(CHART)], footer: "y" });
    expect(html).to.include("<title>A &amp; B</title>");
    const withoutNames = html.replaceAll(/xmlns(:\w+)?="[^"]*"/g, "");
    expect(withoutNames).to.not.match(/https?:|src=|@import|url\((?!#)|<link/);
  });

  it("lets no text end a script or a tag", () => {
    expect(chartHtml(CHART)).to.not.include('"</script>"');
    expect(escapeHtml('<a href="x">&')).to.equal("&lt;a href=&quot;x&quot;&gt;&amp;");
  });

  it("starts each bar of the waterfall where the one before ends", () => {
    const row = { name: "n", note: "", color: "ink", value: "", share: "" } as const;
    const html = cascade([{ ...row, from: 0n, size: 25n }, "gap", { ...row, from: 25n, size: 75n }], 100n);
    expect(html).to.include("left:0%;width:25%").and.include("left:25%;width:75%");
    expect(cascade([{ ...row, from: 0n, size: 0n }], 0n)).to.not.include("width:");
  });

  it("sets figures right and totals apart", () => {
    const html = table([{ heading: "a" }, { heading: "b", number: true }], [["x", "1"]], ["all", "1"]);
    expect(html).to.include('<td class="number">1</td>').and.include('<tr class="total">');
  });
});
