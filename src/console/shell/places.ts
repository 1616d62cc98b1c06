import {
  IconCertificate,
  IconDeviceLaptop,
  IconFileSettings,
  IconHistoryToggle,
  IconKey,
  IconLayoutDashboard,
  IconListDetails,
  IconTag,
  IconUsersGroup,
} from '@tabler/icons-react'

export type Place = Readonly<{ name: string; path: string; icon: typeof IconKey; letter: string; about: string }>

/** Where one can go, in the order of the menu. `letter` follows `g`. */
export const places: readonly Place[] = [
  { name: 'Dashboard', path: '/', icon: IconLayoutDashboard, letter: 'd', about: 'How the fleet stands' },
  { name: 'Hosts', path: '/hosts', icon: IconDeviceLaptop, letter: 'h', about: 'Every device' },
  { name: 'Profiles', path: '/profiles', icon: IconFileSettings, letter: 'p', about: 'Settings and where they stand' },
  { name: 'Labels', path: '/labels', icon: IconTag, letter: 'l', about: 'Groups that settings are aimed at' },
  { name: 'Teams', path: '/teams', icon: IconUsersGroup, letter: 't', about: 'Groups with settings of their own' },
  { name: 'Certificates', path: '/certificates', icon: IconCertificate, letter: 'c', about: 'Identities, authorities, push' },
  {
    name: 'Change sets',
    path: '/change-sets',
    icon: IconHistoryToggle,
    letter: 'x',
    about: 'What was done with one intent, and undo',
  },
  { name: 'Audit', path: '/audit', icon: IconListDetails, letter: 'a', about: 'Who did what, when' },
  { name: 'Access', path: '/access', icon: IconKey, letter: 'k', about: 'Users and API tokens' },
]
