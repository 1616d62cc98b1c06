import type { PlistDict } from '../../protocols/plist/value.ts'
import type { Random } from '../random.ts'
import { outcomeOf } from './declaration-outcomes.ts'
import type { Item } from './declaration-rules.ts'
import { declarationIn, itemsIn, lists, tokensIn } from './declaration-rules.ts'
import { DeviceFailure } from './failure.ts'

/** A declaration as the device holds it; `written` is the JSON that it fetched. */
export type HeldDeclaration = Readonly<{
  type: string
  identifier: string
  serverToken: string
  valid: boolean
  written: string
}>

/** The declarations of one channel, and how they are kept in step with the server's. */
export type DeclarationStore = Readonly<{
  list: () => readonly HeldDeclaration[]
  /** Fetches what is new, forgets what is gone, and reports. Answers how many declarations were fetched. Throws `DeviceFailure`. */
  sync: (send: (endpoint: string, data?: Uint8Array) => Promise<Buffer>) => Promise<number>
  clear: () => void
}>

const kinds = { Activations: 'activation', Configurations: 'configuration', Assets: 'asset', Management: 'management' } as const
const reportNames = {
  activation: 'activations',
  configuration: 'configurations',
  asset: 'assets',
  management: 'management',
} as const

/** More rounds than any change of the set needs: beyond this the two go round in circles. */
const maxRounds = 5

/**
 * The device's side of declarative management.
 * https://developer.apple.com/documentation/devicemanagement/leveraging-the-declarative-management-data-model-to-scale-devices
 */
export const declarationStore = (
  luck: Random,
  { failure = 0, status = {} }: Readonly<{ failure?: number; status?: object }> = {},
): DeclarationStore => {
  const held = new Map<string, HeldDeclaration>()
  let token: string | null = null
  let reported = false

  const fetchOne = async (send: (endpoint: string) => Promise<Buffer>, kind: string, item: Item): Promise<void> => {
    const body = await send(`declaration/${kind}/${encodeURIComponent(item.Identifier)}`)
    const declaration = declarationIn(body, kind, item)
    const valid = !luck.chance(failure)
    const { Type: type, Identifier: identifier, ServerToken: serverToken } = declaration
    held.set(item.Identifier, { type, identifier, serverToken, valid, written: body.toString('utf8') })
  }

  const report = (): Buffer => {
    const of = (kind: keyof typeof reportNames) =>
      [...held.values()]
        .filter(({ type }) => type.split('.')[2] === kind)
        .map((one) => ({ identifier: one.identifier, 'server-token': one.serverToken, ...outcomeOf(one, [...held.values()]) }))
    const declarations = Object.fromEntries(
      Object.entries(reportNames).map(([kind, name]) => [name, of(kind as keyof typeof reportNames)]),
    )
    const full = !reported
    reported = true
    return Buffer.from(
      JSON.stringify({
        StatusItems: { management: { declarations }, ...(full ? status : {}) },
        Errors: [],
        ...(full ? { FullReport: true } : {}),
      }),
    )
  }

  return {
    list: () => [...held.values()],
    clear: () => {
      held.clear()
      token = null
      reported = false
    },
    sync: async (send) => {
      let fetched = 0
      for (let round = 0; ; round += 1) {
        if (round > maxRounds) throw new DeviceFailure('bad-reply', 'The tokens of the declarations never come to rest.')
        const { SyncTokens } = tokensIn(await send('tokens'))
        if (SyncTokens.DeclarationsToken === token) break
        const { Declarations, DeclarationsToken } = itemsIn(await send('declaration-items'))
        const announced = lists.flatMap((list) => Declarations[list].map((item) => ({ ...item, kind: kinds[list] })))
        for (const item of announced)
          if (held.get(item.Identifier)?.serverToken !== item.ServerToken) {
            await fetchOne(send, item.kind, item)
            fetched += 1
          }
        const wanted = new Set(announced.map(({ Identifier }) => Identifier))
        for (const identifier of held.keys()) if (!wanted.has(identifier)) held.delete(identifier)
        token = DeclarationsToken
      }
      await send('status', report())
      return fetched
    },
  }
}

/** The check-in that carries one step of declarative management. */
export const declarativeMessage = (ids: PlistDict, endpoint: string, data?: Uint8Array): PlistDict => ({
  MessageType: 'DeclarativeManagement',
  ...ids,
  Endpoint: endpoint,
  ...(data === undefined ? {} : { Data: data }),
})
