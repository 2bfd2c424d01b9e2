import hooks from "eslint-plugin-react-hooks";
import tsdoc from "eslint-plugin-tsdoc";
import tseslint from "typescript-eslint";

const env = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "Read settings once in the package's config.ts and pass them down.",
};

export default tseslint.config(
  {
    ignores: [
      "**/dist/**",
      "**/node_modules/**",
      "data/**",
      "coverage/**",
      ".venv/**",
      "eslint.config.js",
      "examples/**",
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ["*.js", "*.cjs"] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { tsdoc },
    rules: {
      "tsdoc/syntax": "error",
      "@typescript-eslint/consistent-type-definitions": ["error", "type"],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "no-restricted-syntax": [
        "error",
        { selector: "ExportDefaultDeclaration", message: "Use named exports." },
        env,
      ],
    },
  },
  {
    files: [
      "**/config.ts",
      "tools/**",
      "e2e/**",
      "bench/**",
      "**/*.test.ts",
      "**/vite.config.ts",
      "vitest.config.ts",
    ],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    files: ["packages/web/**/*.tsx", "packages/web/**/*.ts"],
    plugins: { "react-hooks": hooks },
    rules: { ...hooks.configs.recommended.rules },
  },
  {
    files: ["packages/{web,protocol,runner,envelope}/src/**/*.ts"],
    ignores: ["**/*.test.ts", "packages/runner/src/snapshot/**"],
    rules: {
      "no-restricted-globals": [
        "error",
        { name: "Buffer", message: "Use Uint8Array in shared code." },
      ],
    },
  },
  { files: ["**/*.js", "**/*.cjs"], ...tseslint.configs.disableTypeChecked },
);
