import { readFile } from 'node:fs/promises'
import type { MusterClient } from '../client/muster-client.ts'
import { musterClient } from '../client/muster-client.ts'
import type { AgentFleet } from '../simulators/agents.ts'
import { agentFleet } from '../simulators/agents.ts'
import type { Network } from '../simulators/apple/network.ts'
import { deviceNetwork } from '../simulators/apple/network.ts'
import type { AppleDevice } from '../simulators/apple-device.ts'
import type { AppleFleet, FleetCounts, FleetProgress } from '../simulators/fleet.ts'
import { appleFleet } from '../simulators/fleet.ts'
import type { WindowsFleet } from '../simulators/windows-fleet.ts'
import { windowsFleet } from '../simulators/windows-fleet.ts'
import type { Progress } from './progress.ts'

export type SimulateOptions = Readonly<{
  apple: number
  /** Windows PCs, at a Muster server. */
  windows: number
  /** A Muster server and a token for it; or instead `profile`. */
  url?: string
  token?: string
  /** A file, or a URL that answers with an enrollment profile each time that it is asked. */
  profile?: string
  ca?: string
  seed: string
  pollMs: number
  iphones: number
  supervised: number
  users: number
  notNow: number
  errors: number
  drop: number
  duplicates: number
  declarationErrors: number
  /** Whether Macs have agents, at a Muster server. */
  agents: boolean
  /** With which they enrol; one of the server's own, of no team, unless told. */
  enrollSecret?: string
  seconds?: number
}>

/** What the devices did, printed when it is over. */
export type SimulateResult = Readonly<{
  enrolled: number
  users: number
  agents: number
  windows: number
  sessions: number
  commands: number
  answers: Readonly<Record<string, number>>
  failures: Readonly<Record<string, number>>
  seconds: number
}>

/** Who is told what happens: lines for people, and how many devices are enrolled. */
export type Audience = Readonly<{ tell: (line: string) => void; show: (progress: Progress) => void }>

/** Enrolls simulated Apple devices at any server, and Windows PCs at a Muster server, and lets them poll until `signal` aborts or the time is over. */
export const simulate = async (
  options: SimulateOptions,
  { tell, show }: Audience,
  signal: AbortSignal,
): Promise<SimulateResult> => {
  const ca = options.ca === undefined ? {} : { ca: await readFile(options.ca, 'utf8') }
  const network = deviceNetwork(ca)
  const client = clientOf(options, ca)
  const begun = performance.now()
  const answers = new Map<string, number>()
  const onProgress = ({ enrolled, total }: FleetProgress): void => {
    show({ done: enrolled, total, note: '' })
  }
  const fleet = await appleFleet({
    network,
    count: options.apple,
    seed: options.seed,
    pollEveryMs: options.pollMs,
    onProgress,
    iphones: options.iphones,
    supervised: options.supervised,
    behaviour: {
      notNow: options.notNow,
      error: options.errors,
      dropAck: options.drop,
      duplicate: options.duplicates,
      declaration: options.declarationErrors,
    },
    enrollmentProfile: () => enrollmentProfile(options, client, network),
    onAnswer: (_, __, status) => void answers.set(status, (answers.get(status) ?? 0) + 1),
    onFailure: (device, error) => {
      tell(`${device.name}: ${error instanceof Error ? error.message : String(error)}`)
    },
  })
  let agents: AgentFleet | null = null
  let pcs: WindowsFleet | null = null
  try {
    const { enrolled, failed } = await fleet.enroll()
    const users = await logIn(fleet, Math.round(options.users * options.apple), tell)
    agents = await withAgents(options, client, fleet, { ...ca, tell })
    await agents?.pollAll()
    pcs = await withWindows(options, client, network, {
      ...{ tell, onProgress },
      onAnswer: (code) => void answers.set(code, (answers.get(code) ?? 0) + 1),
    })
    const until = options.seconds === undefined ? 'until Ctrl-C' : `for ${String(options.seconds)} s`
    const counts = `${String(enrolled)} devices enrolled, ${String(failed)} failed, ${String(users)} users logged in`
    tell(
      `${counts}, ${String(agents?.enrolled() ?? 0)} agents, ${String(pcs?.counts().enrolled ?? 0)} Windows PCs. They poll ${until}.`,
    )
    await passing(options.seconds, signal)
    const { sessions, commands, failures } = together(fleet.counts(), pcs?.counts() ?? null)
    const seconds = Math.round(performance.now() - begun) / 1000
    return {
      enrolled,
      users,
      agents: agents?.enrolled() ?? 0,
      windows: pcs?.counts().enrolled ?? 0,
      sessions,
      commands,
      answers: Object.fromEntries(answers),
      failures,
      seconds,
    }
  } finally {
    await pcs?.stop()
    await agents?.stop()
    await fleet.stop()
    client?.close()
    network.close()
  }
}

type Around = Readonly<{ ca?: string; tell: (line: string) => void }>

type WindowsAudience = Readonly<{
  tell: (line: string) => void
  onAnswer: (code: string) => void
  onProgress: (progress: FleetProgress) => void
}>

/** An agent on each Mac, where there is a Muster server that they can enrol at. */
const withAgents = async (
  { agents, enrollSecret, url, pollMs }: SimulateOptions,
  client: MusterClient | null,
  { devices }: AppleFleet,
  { ca, tell }: Around,
): Promise<AgentFleet | null> => {
  if (!agents || client === null || url === undefined) return null
  const secret = enrollSecret ?? (await secretOf(client))
  return agentFleet({
    ...{ devices, url, secret, pollEveryMs: pollMs, ...(ca && { ca }) },
    onFailure: ({ name }, error) => {
      tell(`The agent on ${name}: ${error instanceof Error ? error.message : String(error)}`)
    },
  })
}

/** Windows PCs with their agents, where there is a Muster server that they can enroll at. */
const withWindows = async (
  { windows, enrollSecret, url, pollMs, seed, drop, duplicates }: SimulateOptions,
  client: MusterClient | null,
  network: Network,
  { tell, onAnswer, onProgress }: WindowsAudience,
): Promise<WindowsFleet | null> => {
  if (windows === 0) return null
  if (client === null || url === undefined) throw new Error('Windows PCs need a server that is named with --url and --token.')
  const secret = enrollSecret ?? (await secretOf(client))
  const fleet = await windowsFleet({
    ...{ network, count: windows, seed, url, secret, pollEveryMs: pollMs, onAnswer, onProgress },
    behaviour: { losesAnswer: drop, repeats: duplicates },
    onFailure: ({ name }, error) => {
      tell(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    },
  })
  await fleet.enroll()
  return fleet
}

const secretOf = async (client: MusterClient): Promise<string> =>
  (await client.enrollSecrets.list(null))[0] ?? (await client.enrollSecrets.add(null))

const together = (one: FleetCounts, other: FleetCounts | null) => {
  const names = [...new Set([...Object.keys(one.failures), ...Object.keys(other?.failures ?? {})])]
  return {
    sessions: one.sessions + (other?.sessions ?? 0),
    commands: one.commands + (other?.commands ?? 0),
    failures: Object.fromEntries(names.map((name) => [name, (one.failures[name] ?? 0) + (other?.failures[name] ?? 0)])),
  }
}

const clientOf = ({ url, token }: SimulateOptions, ca: Readonly<{ ca?: string }>): MusterClient | null =>
  url === undefined || token === undefined ? null : musterClient({ url, token, ...ca })

const enrollmentProfile = async (
  { profile }: SimulateOptions,
  client: MusterClient | null,
  network: Network,
): Promise<Uint8Array> => {
  if (profile === undefined) {
    if (client === null) throw new Error('Name a server with --url and --token, or an enrollment profile with --profile.')
    return client.enrollmentProfile()
  }
  if (!/^https?:/.test(profile)) return readFile(profile)
  const { status, body } = await network.send({ method: 'GET', url: profile })
  if (status !== 200) throw new Error(`${profile} was answered with ${String(status)}.`)
  return body
}

/** A user on each of so many Macs. A server without user channels refuses them, and that is told. */
const logIn = async ({ devices }: AppleFleet, wanted: number, tell: (line: string) => void): Promise<number> => {
  const macs: readonly AppleDevice[] = devices.filter((device) => device.model === 'mac' && device.enrolled())
  let users = 0
  for (const mac of macs.slice(0, wanted))
    try {
      if (await mac.logIn('user')) users += 1
    } catch (error) {
      tell(`${mac.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  return users
}

const passing = (seconds: number | undefined, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return void resolve()
    const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
