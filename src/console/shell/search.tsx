import { Button, Kbd } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import type { SpotlightActionGroupData } from '@mantine/spotlight'
import { Spotlight, spotlight } from '@mantine/spotlight'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useHosts } from '../api/hosts.ts'
import { platformName } from '../parts/platform.tsx'
import { places } from './places.ts'

export const SearchButton = () => (
  <Button
    className="search-button"
    variant="default"
    onClick={spotlight.open}
    leftSection={<IconSearch size={14} />}
    rightSection={<Kbd size="xs">Ctrl K</Kbd>}
  >
    Search hosts and pages
  </Button>
)

const order = { order_key: 'display_name', order_direction: 'asc', page: 0, per_page: 8 } as const

/** Finds hosts by name, serial number or UUID, and pages by name. */
export const SearchSpotlight = () => {
  const [text, setText] = useState('')
  const [query] = useDebouncedValue(text.trim(), 150)
  const navigate = useNavigate()
  const found = useHosts({ query }, order)

  const hosts = (found.data?.hosts ?? []).map(({ id, display_name, hardware_serial, platform, team_name }) => ({
    id: String(id),
    label: display_name,
    description: [platformName(platform), hardware_serial, team_name ?? 'No team'].join(' · '),
    // What the server found stays, whatever it found it by.
    keywords: [text],
    onClick: () => void navigate(`/hosts/${String(id)}`),
  }))
  const pages = places.map(({ name, path, about }) => ({
    id: path,
    label: name,
    description: about,
    onClick: () => void navigate(path),
  }))
  const actions: SpotlightActionGroupData[] = [
    { group: 'Hosts', actions: query === '' ? [] : hosts },
    { group: 'Pages', actions: pages },
  ]
  return (
    <Spotlight
      actions={actions}
      query={text}
      onQueryChange={setText}
      nothingFound="Nothing is called like that"
      shortcut="mod + K"
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{ leftSection: <IconSearch size={16} />, placeholder: 'A host, its serial number, or a page' }}
    />
  )
}
