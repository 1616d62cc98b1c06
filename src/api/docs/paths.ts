import type { Method, Operation, PathItem } from './openapi.ts'

type Placed = Readonly<{ path: string; operation: Operation }>

/**
 * The operations by their paths. Templates that differ in the names of their parameters alone are one path in OpenAPI: it has the names of the
 * first.
 */
export const pathsOf = (operations: readonly Placed[]): Readonly<Record<string, PathItem>> => {
  const templates = new Map<string, string>()
  const paths: Record<string, PathItem> = {}
  for (const { path, operation } of operations) {
    const [method = '', own = ''] = path.split(' ')
    const shape = own.replace(/:\w+/g, '{}')
    const template = templates.get(shape) ?? own.replace(/:(\w+)/g, '{$1}')
    templates.set(shape, template)
    const names = namesIn(template)
    const parameters = operation.parameters?.map((parameter) => {
      if (!('in' in parameter) || parameter.in !== 'path') return parameter
      return { ...parameter, name: names[namesIn(own).indexOf(parameter.name)] ?? parameter.name }
    })
    const placed = { ...operation, ...(parameters === undefined ? {} : { parameters }) }
    paths[template] = { ...paths[template], [method.toLowerCase() as Method]: placed }
  }
  return paths
}

const namesIn = (template: string): readonly string[] => [...template.matchAll(/[:{](\w+)/g)].map(([, name = '']) => name)
