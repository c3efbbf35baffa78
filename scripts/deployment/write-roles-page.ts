/** Writes docs/roles.md from the tables. */
import { writeFileSync } from "node:fs";

import { rolesPage } from "../lib/roles-page.ts";

writeFileSync(new URL("../../docs/roles.md", import.meta.url), rolesPage());
process.stdout.write("docs/roles.md written\n");
