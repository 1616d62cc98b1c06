import { Button, Code } from '@mantine/core'
import { useProfileContent } from '../../api/profiles.ts'
import { Panel } from '../../parts/panel.tsx'
import { View } from '../../parts/view.tsx'
import { WaitingLines } from '../../parts/waiting.tsx'
import { save } from '../../parts/save.ts'
import { download } from '../../api/http.ts'

/** More than this of a file is not shown, characters. */
const mostShown = 60_000

/** What the profile holds, as it was uploaded. */
export const ProfileSource = ({ uuid, checksum }: Readonly<{ uuid: string; checksum: string }>) => {
  const content = useProfileContent(uuid, checksum)
  const keep = async (): Promise<void> => save(await download(`/configuration_profiles/${uuid}`, { alt: 'media' }), 'profile')
  return (
    <Panel
      title="Content"
      aside={
        <Button variant="subtle" onClick={() => void keep()}>
          Download
        </Button>
      }
    >
      <View of={content} waiting={<WaitingLines lines={8} />}>
        {(text) => (
          <Code block className="source">
            {readable(text)}
          </Code>
        )}
      </View>
    </Panel>
  )
}

/** A signed profile is bytes around its text: only the text is for people. */
const readable = (text: string): string => {
  const start = text.indexOf('<?xml')
  const end = text.indexOf('</plist>')
  const inner = start > 0 && end > start ? text.slice(start, end + '</plist>'.length) : text
  return inner.length > mostShown ? `${inner.slice(0, mostShown)}\n…` : inner
}
