import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { z } from 'zod'
import { readConfig } from '../src/config.ts'

const text = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8')
const dockerfile = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8')

const durable = z.string().regex(/^[a-z-]+:\/[\w/]+$/, 'must be a named volume')
const pinned = z.string().regex(/^[\w./-]+:\d+\.\d+[\w.-]*$/, 'must have a tag with at least two numbers')
const healthcheck = z.strictObject({
  test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
  interval: z.string(),
  timeout: z.string(),
  retries: z.number(),
  start_period: z.string().optional(),
})
const healthy = z.strictObject({ condition: z.literal('service_healthy') })
const environment = z.record(z.string(), z.string())

const store = z.strictObject({
  image: pinned,
  restart: z.literal('unless-stopped'),
  command: z.array(z.string()).optional(),
  environment: environment.optional(),
  volumes: z.array(durable).min(1),
  networks: z.tuple([z.literal('inside')]),
  shm_size: z.string().optional(),
  healthcheck,
})

const role = z.strictObject({
  build: z.literal('.'),
  image: z.string(),
  restart: z.literal('unless-stopped'),
  command: z.tuple([z.literal('serve'), z.literal('--role'), z.string()]),
  environment,
  depends_on: z.strictObject({ postgres: healthy, eventstore: healthy, redis: healthy }),
  networks: z.array(z.enum(['inside', 'outside'])),
  ports: z.array(z.string()).optional(),
  volumes: z.array(durable).optional(),
  read_only: z.literal(true),
  tmpfs: z.array(z.string()),
  cap_drop: z.tuple([z.literal('ALL')]),
  security_opt: z.tuple([z.literal('no-new-privileges:true')]),
  stop_grace_period: z.string(),
  healthcheck: z.union([healthcheck, z.strictObject({ disable: z.literal(true) })]),
})

const composition = z.strictObject({
  name: z.literal('muster'),
  'x-muster': z.unknown(),
  services: z.strictObject({ api: role, projector: role, worker: role, eventstore: store, postgres: store, redis: store }),
  networks: z.strictObject({ inside: z.strictObject({ internal: z.literal(true) }), outside: z.strictObject({}) }),
  volumes: z.record(z.string(), z.strictObject({})),
})

describe('The composition of containers', () => {
  const { services, volumes } = composition.parse(merged(parseYaml(text)))
  const { api, projector, worker, eventstore, postgres, redis } = services
  const roles = { api, projector, worker }

  it('runs each role once, by its name', () => {
    for (const [name, { command }] of Object.entries(roles)) assert.deepEqual(command, ['serve', '--role', name])
  })

  it('gives every role a configuration that Muster accepts', () => {
    const answers: Readonly<Record<string, string>> = {
      POSTGRES_PASSWORD: 'a0b1',
      MUSTER_MASTER_KEY: Buffer.alloc(32).toString('base64'),
      MUSTER_PUBLIC_URL: 'https://mdm.example.com',
    }
    for (const [name, { environment }] of Object.entries(roles)) {
      const filled = Object.entries(environment).map(([key, value]) => [
        key,
        value.replace(/\$\{(\w+)[^}]*\}/g, (_, word) => answers[String(word)] ?? ''),
      ])
      const config = readConfig(Object.fromEntries(filled) as NodeJS.ProcessEnv, name)
      assert.ok(config.DATABASE_URL !== undefined && config.EVENTSTORE_URL !== undefined && config.REDIS_URL !== undefined)
    }
  })

  it('holds no secret, and starts only when it was given them', () => {
    for (const { environment = {} } of Object.values(services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (/KEY|PASSWORD/.test(name)) assert.match(value, /^\$\{\w+:\?.+\}$/, name)
      }
    }
    assert.match(api.environment['DATABASE_URL'] ?? '', /:\$\{POSTGRES_PASSWORD:\?/)
  })

  it('lets only the api be reached from outside', () => {
    assert.deepEqual(api.ports, ['8443:8443'])
    assert.equal(projector.ports, undefined)
    assert.equal(worker.ports, undefined)
  })

  it('asks the api and each store for its health', () => {
    assert.ok('test' in api.healthcheck)
    for (const { healthcheck } of [eventstore, postgres, redis]) assert.ok(healthcheck.retries >= 3)
  })

  it('lets Redis lose nothing', () => {
    const command = redis.command?.join(' ') ?? ''
    assert.match(command, /--appendonly yes/)
    assert.match(command, /--maxmemory-policy noeviction/)
  })

  it('names every volume that is used, and uses every one that is named', () => {
    const used = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((volume) => volume.split(':')[0] ?? ''))
    assert.deepEqual(used.sort(), Object.keys(volumes).sort())
  })

  it('runs Muster as nobody special, on a Node that it supports, and asks for its health', () => {
    const lines = dockerfile.split('\n')
    const from = lines.filter((line) => line.startsWith('FROM '))
    assert.ok(from.length === 2 && from.every((line) => line.startsWith('FROM node:22-bookworm-slim')))
    assert.ok(lines.lastIndexOf('USER node') > lines.lastIndexOf(from[1] ?? ''))
    assert.ok(lines.some((line) => line.startsWith('HEALTHCHECK ')))
  })
})

/** Mocha reads its own configuration with js-yaml: no package of ours is needed for this one file. */
function parseYaml(yaml: string): unknown {
  const ofMocha = createRequire(createRequire(import.meta.url).resolve('mocha/package.json'))
  const { load } = ofMocha('js-yaml') as Readonly<{ load: (yaml: string) => unknown }>
  return load(yaml)
}

/** Puts the mappings that `<<` names in its place, as Compose does; the reader of YAML 1.2 leaves them alone. */
function merged(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(merged)
  if (typeof value !== 'object' || value === null) return value
  const { '<<': base = {}, ...own } = value as Readonly<Record<string, unknown>>
  const entries = Object.entries({ ...(base as object), ...own })
  return Object.fromEntries(entries.map(([key, part]) => [key, merged(part)]))
}
