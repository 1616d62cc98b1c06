import { setTimeout as pause } from 'node:timers/promises'
import type { ServerWritableStream, StatusObject } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js'
import type { ReadFault } from './faults.ts'
import { failure, notLeader, notReady } from './faults.ts'
import { eventMessage } from './messages.ts'
import type { Stored } from './store.ts'

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>

/** The answering side of a read. Each function answers false when the call is over: then nothing more may be sent. */
export type Sending = Readonly<{
  message: (message: ReadResp) => Promise<boolean>
  event: (event: Stored) => Promise<boolean>
  end: () => void
  fail: (failure: Partial<StatusObject>) => void
  /** Ends when the call is over or `wake` is called. */
  idle: (sleep: (wake: () => void) => () => void) => Promise<void>
  isOver: () => boolean
}>

type Attending = Readonly<{ fault: ReadFault | undefined; sent: () => void }>

/** Sends with back pressure: when the socket is full, it waits until the client has read. Does what the call's fault says on the way. */
export const sendingTo = (call: ReadCall, { fault, sent }: Attending): Sending => {
  const state = { over: false, events: 0, silent: false }
  const endings = new Set<() => void>()
  const over = (): void => {
    state.over = true
    for (const ending of [...endings]) ending()
  }
  for (const name of ['cancelled', 'close', 'error', 'finish']) call.on(name, over)

  const until = (arrange: (wake: () => void) => () => void): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        endings.delete(wake)
        undo()
        resolve()
      }
      endings.add(wake)
      const undo = arrange(wake)
      if (state.over) wake()
    })

  const fail = (error: Partial<StatusObject>): void => {
    if (state.over) return
    call.emit('error', error)
    over()
  }

  const end = (): void => {
    if (state.over) return
    call.end()
    over()
  }

  /** Carries out the fault if its time has come; false when that ended the call. */
  const faulty = async (): Promise<boolean> => {
    if (fault === undefined) return true
    if (fault.kind === 'delay') {
      if (state.events === 0) await pause(fault.milliseconds)
    } else if (fault.kind === 'not-ready') fail(notReady)
    else if (fault.kind === 'not-leader') fail(notLeader(fault))
    else if (state.events >= fault.afterEvents) {
      if (fault.kind === 'error') fail(failure(fault.code ?? status.UNAVAILABLE, 'A fault cut the call'))
      else if (fault.kind === 'ended') end()
      else await until(() => () => undefined)
    }
    return !state.over
  }

  const message = async (response: ReadResp): Promise<boolean> => {
    if (state.over || !(await faulty())) return false
    if (!call.write(response)) {
      await until((wake) => {
        call.once('drain', wake)
        return () => call.off('drain', wake)
      })
    }
    return !state.over
  }

  return {
    message,
    event: async (event) => {
      const goesOn = await message(eventMessage(event))
      state.events += 1
      sent()
      return goesOn && (await faulty())
    },
    end: () => void faulty().then(end),
    fail,
    idle: (sleep) => until(sleep),
    isOver: () => state.over,
  }
}
