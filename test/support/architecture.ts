import { posix } from 'node:path'
import ts from 'typescript'

/** A file's path from the project's folder (`src/…`, with slashes), and its text. */
export type Sources = ReadonlyMap<string, string>

/** What the house does not allow, one sentence each: the file, then the rule. */
export const violations = (sources: Sources): readonly string[] => {
  const files = [...sources].map(([path, text]) => fileOf(path, text))
  return [...files.flatMap((file) => rules.flatMap((rule) => rule(file, sources))), ...rings(files)]
}

type File = Readonly<{ path: string; room: string; lines: number; imports: readonly Import[] }>

/**
 * `target` is a path from the project's folder for a relative import, else null: then `name` is a package or a part of Node. `typesOnly` when
 * nothing of it is there when the program runs.
 */
type Import = Readonly<{ name: string; target: string | null; typesOnly: boolean }>

type Rule = (file: File, sources: Sources) => readonly string[]

/** The rooms that each room may see, besides itself. What a room takes of another may be narrowed further below. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  domain: ['kernel'],
  protocols: ['kernel'],
  projections: ['kernel', 'domain'],
  app: ['kernel'],
  adapters: ['kernel', 'protocols', 'app'],
  api: ['kernel', 'domain', 'projections', 'protocols', 'app', 'config'],
  workers: ['kernel', 'domain', 'projections', 'protocols', 'app', 'config'],
  client: [],
  console: ['client'],
  simulators: ['kernel', 'protocols'],
  config: [],
  compose: ['kernel', 'domain', 'projections', 'protocols', 'app', 'config', 'adapters', 'api', 'workers', 'console'],
  cli: ['kernel', 'client', 'simulators', 'protocols', 'compose', 'config'],
}

/** Files that lie in `src` itself: `compose.ts`, and what is read before anything is composed. */
const topFiles: Readonly<Record<string, string>> = {
  'compose.ts': 'compose',
  'config.ts': 'config',
  'master-key.ts': 'config',
  'open-log.ts': 'compose',
  'process-guard.ts': 'compose',
  'program.ts': 'compose',
  'projecting.ts': 'compose',
  'restore.ts': 'compose',
  'rules-version.ts': 'compose',
}

const roomOf = (path: string): string => {
  const [, first = '', second] = path.split('/')
  return second === undefined ? (topFiles[first] ?? 'none') : first
}

const fileOf = (path: string, text: string): File => ({
  path,
  room: roomOf(path),
  lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
  imports: importsOf(path, text),
})

const importsOf = (path: string, text: string): readonly Import[] => {
  const types = namesOfTypes(path, text)
  const names = new Set(ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName))
  return [...names].map((name) => ({
    name,
    target: name.startsWith('.') ? posix.join(posix.dirname(path), name) : null,
    typesOnly: types.has(name),
  }))
}

/** The modules that are named in `import type` and `export type` declarations only. */
const namesOfTypes = (path: string, text: string): ReadonlySet<string> => {
  const named = { type: new Set<string>(), value: new Set<string>() }
  for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.Latest).statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue
    const { moduleSpecifier } = statement
    if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) continue
    const isType = ts.isExportDeclaration(statement)
      ? statement.isTypeOnly
      : statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
    named[isType ? 'type' : 'value'].add(moduleSpecifier.text)
  }
  return new Set([...named.type].filter((name) => !named.value.has(name)))
}

type Taken = Readonly<{ target: string; typesOnly: boolean; sources: Sources }>

/** What a room may take from a file of a room that it may see, where that is not all; and how to say so. */
const narrowings: Readonly<
  Record<string, Readonly<Record<string, Readonly<{ mayTake: (taken: Taken) => boolean; rule: string }>>>>
> = {
  projections: {
    domain: {
      mayTake: ({ target, typesOnly, sources }) =>
        typesOnly || posix.basename(target) === 'events.ts' || isVocabulary(target, sources),
      rule: 'projections take only events.ts from the domain, types, and plain vocabulary (a file that imports no more than types)',
    },
  },
  console: {
    client: {
      mayTake: ({ target, typesOnly }) => typesOnly && /^(.+-)?json\.ts$/.test(posix.basename(target)),
      rule: "the console takes only types of the API's JSON from client (json.ts, …-json.ts)",
    },
  },
  adapters: {
    app: {
      mayTake: ({ target }) => /^(.+-)?(ports|store)\.ts$/.test(posix.basename(target)),
      rule: 'adapters take only ports from app (ports.ts, …-ports.ts, …-store.ts)',
    },
  },
}

const isVocabulary = (path: string, sources: Sources): boolean =>
  importsOf(path, sources.get(path) ?? '').every(({ typesOnly }) => typesOnly)

/** An adapter is one vendor's; what adapters share lies in `adapters` itself. */
const vendorOf = (path: string): string | null => /^src\/adapters\/([^/]+)\//.exec(path)?.[1] ?? null

const belongsToARoom: Rule = ({ path, room }) =>
  room in arrows ? [] : [`${path}: belongs to no room; there are src/${Object.keys(arrows).join(', ')}.`]

const isNamedWell: Rule = ({ path }) => {
  const parts = path.replace(/\.tsx?$/, '').split('/')
  return [
    ...(parts.at(-1) === 'index' ? [`${path}: no index.ts; import from the file that owns the name.`] : []),
    ...(parts.every((part) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(part))
      ? []
      : [`${path}: names of files and folders are kebab-case.`]),
  ]
}

const isShort: Rule = ({ path, lines }) =>
  lines > 300 ? [`${path}: has ${String(lines)} lines; past 300, split it by idea.`] : []

const importsFiles: Rule = ({ path, imports }, sources) =>
  imports.flatMap(({ name, target }) => {
    if (target === null) return []
    if (!target.startsWith('src/')) return [`${path}: imports ${name}; src imports nothing from outside src.`]
    return sources.has(target) ? [] : [`${path}: imports ${name}, which is no file; name the file, with .ts.`]
  })

const followsArrows: Rule = ({ path, room, imports }, sources) =>
  imports.flatMap(({ target, typesOnly }) => {
    if (!target?.startsWith('src/')) return []
    const other = roomOf(target)
    if (other === room)
      return room === 'adapters' && isOtherVendor(path, target) ? [`${path}: imports ${target}; an adapter sees no other.`] : []
    if (!(arrows[room] ?? []).includes(other)) return [`${path}: imports ${target}; ${room} does not see ${other}.`]
    const narrowing = narrowings[room]?.[other]
    if (narrowing === undefined || narrowing.mayTake({ target, typesOnly, sources })) return []
    return [`${path}: imports ${target}; ${narrowing.rule}.`]
  })

const isOtherVendor = (path: string, target: string): boolean => {
  const vendor = vendorOf(target)
  return vendor !== null && vendor !== vendorOf(path)
}

const knowsNoVendor: Rule = ({ path, room, imports }) =>
  imports.flatMap(({ name, target }) => {
    if (target !== null) return []
    const ofNode = name.startsWith('node:')
    if (room === 'app') return ofNode ? [] : [`${path}: imports ${name}; app knows no vendor.`]
    if (room !== 'kernel' && room !== 'domain') return []
    if (name === 'node:crypto' && path === 'src/kernel/ids.ts') return []
    return [`${path}: imports ${name}; ${room} is pure (only src/kernel/ids.ts hashes, with node:crypto).`]
  })

/** The files of the admin API that belong to no capability: the tables over all routes, and what every route stands on. */
const ofAllRoutes = ['access.ts', 'answer.ts', 'deps.ts', 'plans.ts', 'router.ts', 'subject.ts', 'subjects.ts']

const adminFile = (path: string): Readonly<{ folder: string | null; name: string }> | null => {
  const [, first, second] = /^src\/api\/admin\/(?:([^/]+)\/)?([^/]+)$/.exec(path) ?? []
  return second === undefined ? null : { folder: first ?? null, name: second }
}

/** What one needs to read to know the routes of a capability stands in one folder. */
const standsByCapability: Rule = ({ path }, sources) => {
  const file = adminFile(path)
  if (file === null) return []
  const { folder, name } = file
  // The words that all contracts are written in.
  if (folder === 'contracts') return []
  if (folder === null)
    return ofAllRoutes.includes(name) ? [] : [`${path}: belongs to a capability; put it into a folder of src/api/admin.`]
  const other = { 'contract.ts': 'subjects.ts', 'subjects.ts': 'contract.ts' }[name]
  if (other === undefined || sources.has(`src/api/admin/${folder}/${other}`)) return []
  return [`${path}: the folder has no ${other}; contract and subjects of its routes stand together.`]
}

const rules: readonly Rule[] = [
  belongsToARoom,
  isNamedWell,
  isShort,
  importsFiles,
  followsArrows,
  knowsNoVendor,
  standsByCapability,
]

/** One sentence for each group of files that import each other in a ring, types included. */
const rings = (files: readonly File[]): readonly string[] => {
  const edges = new Map(files.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]))
  const found = new Map<string, string>()
  const done = new Set<string>()

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start !== -1) {
      const ring = trail.slice(start)
      found.set([...ring].sort().join(), `${path}: is in a ring of imports: ${[...ring, path].join(' → ')}.`)
      return
    }
    if (done.has(path)) return
    for (const target of edges.get(path) ?? []) visit(target, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return [...found.values()]
}
