export { type Changeable, migrated, moved, retire } from './consent';
export { IdentityLedger, type IdentityLedgerOptions, inCi, LEDGER_FILE, type LedgerFindings } from './ledger';
