import { useDisclosure } from '@mantine/hooks'
import { spotlight } from '@mantine/spotlight'
import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'
import { places } from './places.ts'

/** How long after `g` a letter still belongs to it, ms. */
const patienceMs = 1200

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** The page's own search field, if it has one. */
const searchField = (): HTMLInputElement | null => document.querySelector<HTMLInputElement>('input[data-search]')

/** `/` searches, `g` and a letter go places, `?` shows these. Nothing of it while somebody types. */
export const useShortcuts = (): Readonly<{ opened: boolean; open: () => void; close: () => void }> => {
  const [opened, { open, close }] = useDisclosure(false)
  const navigate = useNavigate()
  const wentAt = useRef(0)

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return
      const place = event.timeStamp - wentAt.current < patienceMs ? places.find(({ letter }) => letter === event.key) : undefined
      wentAt.current = event.key === 'g' ? event.timeStamp : -patienceMs
      if (place !== undefined) {
        event.preventDefault()
        return void navigate(place.path)
      }
      if (event.key === '/') {
        event.preventDefault()
        const field = searchField()
        if (field === null) spotlight.open()
        else field.focus()
      }
      if (event.key === '?') open()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, open])

  return { opened, open, close }
}
