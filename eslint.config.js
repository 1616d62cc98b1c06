import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

const houseRules = [
  {
    selector: ':matches(ClassDeclaration, ClassExpression):not([superClass.name=/(Error|Unavailable)$/])',
    message: 'No classes except errors: use functions and readonly values.',
  },
  { selector: 'TSEnumDeclaration', message: 'No enums: use a union of string literals.' },
  { selector: 'TSModuleDeclaration', message: 'No namespaces: a file is a module.' },
  { selector: 'ExportDefaultDeclaration', message: 'No default exports: an idea has one name everywhere.' },
  { selector: 'ExportSpecifier[exported.name="default"]', message: 'No default exports: an idea has one name everywhere.' },
  { selector: 'TSParameterProperty', message: 'No parameter properties: Node cannot strip them.' },
]

export default tseslint.config(
  { ignores: ['dist/', 'data/', 'coverage/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src/**/*.{ts,tsx}', 'test/**/*.ts', 'bench/**/*.ts', 'fuzz/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...houseRules],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      // The style guide writes shapes as `type`, with `Readonly<…>` around them.
      '@typescript-eslint/consistent-type-definitions': ['error', 'type'],
      // One-line callbacks may answer with the nothing that they call; `void promise` says that nobody waits.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // An async function without await turns a throw into a rejection, which is what a port promises.
      '@typescript-eslint/require-await': 'off',
      // It does not know that a flag may change while one awaits.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // An empty string is often as good as none.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // Vendors number their enums; we compare the numbers.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      // process.env and other index signatures are read by bracket.
      '@typescript-eslint/dot-notation': 'off',
      // A slice's tables name the parameters that a reader expects, used or not.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
    },
  },
  { files: ['src/console/**/*.{ts,tsx}'], ...reactHooks.configs.flat.recommended },
  {
    // xml-js has no bounds and writes what is no XML: one file reads with it, behind the strict readers.
    files: ['src/**/*.{ts,tsx}'],
    ignores: ['src/protocols/readable/xml-tree.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { name: 'xml-js', message: 'Read XML with protocols/xml or plist; people get trees by protocols/readable.' },
      ],
    },
  },
  {
    // The client's batch path can only be closed by a subclass.
    files: ['src/adapters/eventstore/client.ts'],
    rules: { 'no-restricted-syntax': ['error', ...houseRules.slice(1)] },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'fuzz/**/*.ts'],
    rules: {
      // Tests look into JSON that came over the wire; an assertion fails where a type would have.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
)
