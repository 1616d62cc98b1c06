import { tell } from '../../../domain/host/story.ts'
import type { Recorded } from '../../../kernel/event.ts'

/** An event that an answer names as its reason: where it stands, and what it says in words (null: of a type that nobody tells). */
export const eventReference = (event: Recorded) => {
  const told = tell(event)
  return {
    position: event.position,
    revision: event.revision,
    at: event.at,
    type: event.type,
    sentence: told?.sentence ?? null,
    why: told?.why ?? null,
    actor: event.metadata.actor,
    correlation_id: event.metadata.$correlationId,
  }
}
