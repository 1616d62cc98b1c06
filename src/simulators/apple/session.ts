import { ParseError } from '../../kernel/parse-error.ts'
import { dictOf, text } from '../../protocols/plist/fields.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'
import { isDict } from '../../protocols/plist/value.ts'
import type { Random } from '../random.ts'
import type { Answer, Commanded } from './answers.ts'
import { answerTo, failed } from './answers.ts'
import type { Behaviour, Fate } from './behaviour.ts'
import { fateOf, neverNotNow } from './behaviour.ts'
import type { Channel } from './channel.ts'
import { DeviceFailure } from './failure.ts'

export type SessionOptions = Readonly<{
  /** Sends one message, with the identity that the device has at that moment. */
  report: Channel['report']
  device: Commanded
  /** The keys that say who speaks: the device, or one of its users. */
  ids: PlistDict
  behaviour: Behaviour
  luck: Random
  /** The answer that the server may not have got: sent first in the next session. */
  unsent: Readonly<{ get: () => PlistDict | null; set: (report: PlistDict | null) => void }>
  onAnswer: (requestType: string, status: Answer['status']) => void
}>

export type SessionEnd = Readonly<{
  /** Commands that were received and dealt with, whatever the answer. */
  answered: number
  afterwards: 'nothing' | 'unenroll' | 'erase'
}>

/** More commands than any server has for one device: beyond this the two go round in circles. */
const maxCommands = 1_000

/** Says `Idle`, then answers commands until there are none. Throws `DeviceFailure`. */
export const runSession = async (options: SessionOptions): Promise<SessionEnd> => {
  const { device, ids, behaviour, luck, unsent } = options
  const putOff = new Set<string>()
  let reply = await deliver(options, unsent.get() ?? { ...ids, Status: 'Idle' })

  for (let answered = 1; reply.length > 0; answered += 1) {
    const { commandUuid, command } = readCommand(reply)
    if (putOff.has(commandUuid))
      throw new DeviceFailure('bad-reply', `Command ${commandUuid} came back in the session that put it off.`)
    if (answered > maxCommands) throw new DeviceFailure('bad-reply', `A session has more than ${String(maxCommands)} commands.`)

    const fate = fateOf(luck, behaviour)
    const { status, response, afterwards = 'nothing' } = await answerWith(fate, command, device)
    options.onAnswer(requestTypeOf(command), status)
    if (status === 'NotNow') putOff.add(commandUuid)

    const report = { ...ids, CommandUUID: commandUuid, Status: status, ...response }
    if (fate.dropAck) {
      unsent.set(fate.keepsAnswer ? report : null)
      return { answered, afterwards }
    }
    if (fate.duplicate) await deliver(options, report)
    reply = await deliver(options, report)
    if (afterwards !== 'nothing' || reply.length === 0) return { answered, afterwards }
  }
  return { answered: 0, afterwards: 'nothing' }
}

/** Keeps an answer until the server has it, or has refused it for good. */
const deliver = async ({ report, unsent }: SessionOptions, message: PlistDict): Promise<Buffer> => {
  if (message['Status'] !== 'Idle') unsent.set(message)
  try {
    const reply = await report(message)
    unsent.set(null)
    return reply
  } catch (error) {
    if (error instanceof DeviceFailure && (error.status ?? 500) < 500) unsent.set(null)
    throw error
  }
}

const answerWith = async (fate: Fate, command: PlistDict[string] | undefined, device: Commanded): Promise<Answer> => {
  if (fate.notNow && !neverNotNow[device.facts.model].has(requestTypeOf(command))) return notNow
  if (fate.error) return unlucky
  return answerTo(isDict(command) ? command : {}, device)
}

const notNow: Answer = { status: 'NotNow', response: {} }

const unlucky: Answer = failed(12000, 'MCMDMErrorDomain', 'The simulated device was told to fail.')

/** A command whose content makes no sense is still one that can be answered, if only it has a CommandUUID. */
const readCommand = (reply: Uint8Array) => {
  try {
    const message = dictOf(readPlist(reply), 'command')
    return { commandUuid: text(message, 'CommandUUID'), command: message['Command'] }
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    throw new DeviceFailure('bad-reply', `The server sent no command: ${error.message}`, { cause: error })
  }
}

const requestTypeOf = (command: PlistDict[string] | undefined): string => {
  const requestType = isDict(command) ? command['RequestType'] : undefined
  return typeof requestType === 'string' ? requestType : ''
}
