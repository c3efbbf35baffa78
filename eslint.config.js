import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores([
    "artifacts/",
    "cache/",
    "coverage/",
    "reports/",
    "dist/",
    "types/ethers-contracts/",
    "deploy/deployments/",
  ]),

  js.configs.recommended,

  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      // A number in a sentence needs no String(); an object or undefined in one is a mistake.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "object-shorthand": "error",
      "prefer-template": "error",
    },
  },

  {
    files: ["test/**/*.ts"],
    rules: {
      // Chai asserts by property access: expect(x).to.be.true
      "@typescript-eslint/no-unused-expressions": "off",
      // A signer that is missing fails the test anyway.
      "@typescript-eslint/no-non-null-assertion": "off",
      "max-lines": ["error", { max: 500, skipBlankLines: true, skipComments: true }],
    },
  },
);
