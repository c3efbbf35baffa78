import { expect } from "chai";

import { link, packageFolder } from "../../../../scripts/bench/peers/compile.ts";

const PLACEHOLDER = `__$${"a".repeat(34)}$__`;
const ADDRESS = `0x${"Ab".repeat(20)}`;

describe("compiled peers", () => {
  it("get the addresses of their libraries, wherever the compiler left room for them", () => {
    const bytecode = `6000${PLACEHOLDER}6001${PLACEHOLDER}00`;
    const linked = link({ abi: [], bytecode, links: { Logic: [2, 24] } }, { Logic: ADDRESS });
    expect(linked).to.equal(`0x6000${"ab".repeat(20)}6001${"ab".repeat(20)}00`);
  });

  it("are refused while a library has no address", () => {
    const compiled = { abi: [], bytecode: PLACEHOLDER, links: { Logic: [0] } };
    expect(() => link(compiled, { Other: ADDRESS })).to.throw("Library Logic is not deployed yet");
  });

  it("come from installed packages, or the error says what to do", () => {
    expect(packageFolder("@morpho-org/morpho-blue")).to.match(/node_modules\/@morpho-org\/morpho-blue$/);
    expect(() => packageFolder("no-such-package")).to.throw("no-such-package is not installed. Run: make install");
  });
});
