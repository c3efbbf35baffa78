import { expect } from "chai";

import { layoutsOf } from "../../helpers/storageLayout.js";

describe("ChainlinkOracle: storage", () => {
  it("has a source as it reads the primary one by hand", async () => {
    const layouts = await layoutsOf("oracle", ["ChainlinkOracle"]);
    const members = [
      "0+0 address feed",
      "0+20 uint32 maxStaleness",
      "0+24 uint8 feedDecimals",
      "0+25 uint8 tokenDecimals",
      "0+26 bool hasSecond",
      "1+0 uint96 minAnswer",
      "1+12 uint96 maxAnswer",
      "1+24 uint32 silentSince",
      "1+28 uint32 confirmedAt",
    ];
    expect(layouts.get("ChainlinkOracle")).to.include(`struct ChainlinkOracle.Source: ${members.join("; ")}`);
  });
});
