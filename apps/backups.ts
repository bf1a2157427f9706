import type { Construct } from 'constructs';
import { type BackupProps, Environment, type PostgresWithBackupProps, type SecretFile } from '../lib';

/** Who can read the backups: the key in the system's secret belongs to it. It is that of age's documentation; yours replaces it. */
const RECIPIENTS = ['age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p'] as const;

/**
 * Backups of a system's database where its data counts, and none where people develop and test. Those who write, delete and
 * restore them have a key of their own each, and stand with the private key in the system's secret.
 *
 * @param bucket where they go
 * @param file a file of the system's secret
 * @param more what the system says beside that
 */
export function backupsOf(
  scope: Construct,
  bucket: string,
  file: (key: string) => SecretFile,
  more: Partial<BackupProps> = {},
): Pick<PostgresWithBackupProps, 'backup'> {
  if (Environment.of(scope).pick({ development: true, test: true, otherwise: false })) return {};
  const key = (name: string) => ({ id: file(`backup-${name}-id`), secret: file(`backup-${name}-secret`) });
  return {
    backup: {
      destinations: {
        main: { bucket, region: 'eu-central-1', writer: key('writer'), pruner: key('pruner'), restorer: key('restorer') },
      },
      encryption: { kind: 'age', recipients: RECIPIENTS, identity: file('backup-age-identity') },
      // the documents of the systems ask for one backup a day
      pitr: false,
      ...more,
    },
  };
}
