import type { Request, Response } from 'express'
import type { App } from '../../../app/app.ts'
import { refuse } from '../../errors.ts'
import type { Caller, Handlers, Principal } from '../deps.ts'
import { liveFeed } from './live-feed.ts'
import type { Moved } from './live-topics.ts'
import { hintsOf } from './live-topics.ts'

/** As many may watch one process; each costs a connection, and all together one look into the log a second. */
const mostClients = 200
/** As many of them may be one caller's: a browser with many windows. */
const mostOfOne = 20
/** Shorter than proxies are patient, ms. */
const heartbeatMs = 15_000
/** Who reads more slowly than this is better off beginning anew, bytes. */
const mostUnread = 64 * 1024

/**
 * Tells those who watch what to look at again, as server-sent events: `{hints: [{topic, ids?}]}`, at most one a second. It carries nothing
 * else: what is there to see, and to whom, is for the routes that answer it. `stillKnown` says whether the credentials of a request are still good.
 */
export const liveRoutes = (
  app: Pick<App, 'log' | 'onAdvanced'>,
  stillKnown: (request: Request) => Promise<boolean>,
): Pick<Handlers, 'GET /live'> => {
  const feed = liveFeed(app)
  const watching = new Map<string, number>()
  const ofAll = (): number => [...watching.values()].reduce((sum, count) => sum + count, 0)
  const count = (key: string, change: 1 | -1): void => {
    const now = (watching.get(key) ?? 0) + change
    if (now === 0) watching.delete(key)
    else watching.set(key, now)
  }

  const watch = (request: Request, response: Response, { principal, reach }: Caller): void => {
    const key = watcherOf(principal)
    count(key, 1)
    const end = (): void => void response.end()
    const endUnlessKnown = async (): Promise<void> => {
      if (!(await stillKnown(request).catch(() => true))) end()
    }
    const send = (text: string): void => {
      if (response.writableLength > mostUnread) response.destroy()
      else response.write(text)
    }
    const tell = (moved: Moved | null): void => {
      if (moved === null) return end()
      send(`data: ${JSON.stringify({ hints: hintsOf(moved, reach) })}\n\n`)
      // A token may have been revoked, or somebody signed out.
      if (moved.topics.has('server')) void endUnlessKnown()
    }
    const heartbeat = setInterval(() => {
      send(': still here\n\n')
      void endUnlessKnown()
    }, heartbeatMs)
    const stop = feed.listen(tell)
    response.once('close', () => {
      count(key, -1)
      clearInterval(heartbeat)
      stop()
    })
  }

  return {
    'GET /live': async (request, response, caller) => {
      if ((watching.get(watcherOf(caller.principal)) ?? 0) >= mostOfOne) {
        response.set('retry-after', '30')
        refuse(429, 'base', `One caller is told in ${String(mostOfOne)} places what moves, and in no more.`)
      }
      if (ofAll() >= mostClients) {
        response.set('retry-after', '30')
        refuse(503, 'base', `This server tells ${String(mostClients)} clients what moves, and takes no more now.`)
      }
      response.status(200).set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' })
      response.flushHeaders()
      response.write('retry: 3000\n\n')
      watch(request, response, caller)
    },
  }
}

/** Whose place it is: a person's, in however many sessions, or a token's. */
const watcherOf = ({ user, key }: Principal): string => (user === null ? key : `user ${user.user_id}`)
