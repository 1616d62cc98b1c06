import type { App } from '../app/app.ts'
import type { PushCredentials } from '../app/ports.ts'
import { server, theServer } from '../domain/server/server.ts'
import { derivedId } from '../kernel/ids.ts'

/** How long what was read of the server's own stream is believed, ms. */
const believedMs = 5_000

/** The push certificate of a topic, with its key unsealed: null when none was uploaded for it. */
export const pushCredentials = ({ load, vault }: Pick<App, 'load' | 'vault'>) => {
  const current = currentPush(load)
  return async (topic: string): Promise<PushCredentials | null> => {
    const push = await current()
    if (push?.topic !== topic) return null
    const keyPem = Buffer.from(await vault.open('server', `push-key/${topic}`, push.key)).toString()
    return { topic, certificatePem: push.certificatePem, keyPem }
  }
}

/**
 * The topic for new enrollments, and those that a check-in may name. Until a push certificate is uploaded a placeholder serves: devices of
 * that time cannot be pushed to, and must enroll again once there is a real topic.
 */
export const topics = ({ load }: Pick<App, 'load'>, publicUrl: string) => {
  const current = currentPush(load)
  const placeholder = `com.apple.mgmt.External.${derivedId(`topic/${publicUrl}`)}`
  return {
    topic: async (): Promise<string> => (await current())?.topic ?? placeholder,
    accepted: async (): Promise<readonly string[]> => [
      placeholder,
      ...[(await current())?.topic].filter((one) => one !== undefined),
    ],
  }
}

/** That there is none is not believed for a moment: who enrolled under the placeholder could never be woken. */
const currentPush = (load: App['load']) => {
  let read = -Infinity
  let push: Promise<Awaited<ReturnType<typeof readPush>>> | null = null
  const readPush = async () => (await load(server, theServer)).state.push
  return () => {
    if (push === null || Date.now() - read > believedMs) {
      read = Date.now()
      push = readPush()
      push.then(
        (found) => {
          if (found === null) push = null
        },
        () => {
          push = null
        },
      )
    }
    return push
  }
}
