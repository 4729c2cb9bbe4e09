// The rules of the pages' scripts: above all, that every name is defined.
import js from "@eslint/js";
import globals from "globals";

const rules = (files, known) => ({
  ...js.configs.recommended,
  files,
  languageOptions: { ecmaVersion: 2022, globals: known },
});

export default [
  { ignores: ["**/dist/", ".cache/"] },
  rules(["lambdas/**/*.js"], globals.browser),
  rules(["tests/**/*.mjs", "*.mjs"], globals.nodeBuiltin),
];
