import { spawnSync } from "node:child_process";

import { expect } from "chai";

const COLUMNS = 80;

/** Runs a command of scripts/deployment as `make` does, without building. */
function run(script: string, environment: Record<string, string>): { code: number | null; out: string; error: string } {
  // What the caller of the tests happens to have set is no part of the command.
  const inherited = Object.entries(process.env).filter(([name]) => !["CONFIRM", "JSON", "NETWORK"].includes(name));
  const args = ["node_modules/hardhat/dist/src/cli.js", "run", "--no-compile", `scripts/deployment/${script}.ts`];
  const env = { ...Object.fromEntries(inherited), ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  return { code: status, out: stdout, error: stderr };
}

describe("commands of a deployment", () => {
  it("print the roles at 80 columns, or as JSON", () => {
    const { code, out } = run("main-roles", {});
    expect(code).to.equal(0);
    for (const line of out.split("\n")) expect(line.length, line).to.be.at.most(COLUMNS);
    for (const role of ["ADMIN", "GOVERNOR", "GUARDIAN", "RISK_STEWARD", "RISK_COUNCIL"]) expect(out).to.contain(role);
    const { roles } = JSON.parse(run("main-roles", { JSON: "1" }).out) as {
      roles: { role: string; functions: number }[];
    };
    expect(roles.map(({ role }) => role)).to.deep.equal([
      "ADMIN",
      "GOVERNOR",
      "GUARDIAN",
      "RISK_STEWARD",
      "RISK_COUNCIL",
    ]);
    expect(roles[0]?.functions).to.equal(0);
  });

  it("refuse by name, with exit code 2, a network without parameters and one that does not answer", () => {
    for (const script of ["main-deploy", "main-verify", "main-roles"]) {
      const unknown = run(script, { NETWORK: "nowhere" });
      expect([unknown.code, unknown.error.split(":")[0]], script).to.deep.equal([2, "UnknownNetwork"]);
    }
    const silent = run("main-deploy", { NETWORK: "localhost", LOCAL_RPC_URL: "http://127.0.0.1:1" });
    expect([silent.code, silent.error.split(":")[0]]).to.deep.equal([2, "NoChain"]);
    expect(silent.error).to.contain("make node");
  });
});
