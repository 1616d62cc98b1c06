import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'

type FigureProps = Readonly<{ value: number; label: ReactNode; to?: string; tone?: string }>

/** A number that counts something; `tone` colours it when it is not 0. */
export const Figure = ({ value, label, to, tone }: FigureProps) => {
  const number = (
    <span className="figure" style={value > 0 && tone !== undefined ? { color: tone } : undefined}>
      {value.toLocaleString('en')}
    </span>
  )
  return (
    <div>
      {to === undefined ? (
        number
      ) : (
        <Link to={to} style={{ color: 'inherit', textDecoration: 'none' }}>
          {number}
        </Link>
      )}
      <Text size="xs" className="quiet" component="div">
        {label}
      </Text>
    </div>
  )
}
