import { wordsOf } from '../../parts/activity-words.ts'

/** The words of the feed that people most often look for; any other can be written into the address. */
export const activityTypes = [
  'created_macos_profile',
  'edited_macos_profile',
  'deleted_macos_profile',
  'created_windows_profile',
  'deleted_windows_profile',
  'created_declaration_profile',
  'deleted_declaration_profile',
  'transferred_hosts',
  'locked_host',
  'unlocked_host',
  'wiped_host',
  'ran_custom_mdm_command',
  'mdm_enrolled',
  'mdm_unenrolled',
  'created_team',
  'deleted_team',
  'created_label',
  'deleted_label',
  'certificate_issued',
  'identity_renewed',
].map((value) => ({ value, label: wordsOf(value) }))
