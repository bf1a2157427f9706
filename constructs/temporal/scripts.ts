import { DATABASES } from './database';
import type { TemporalNamespaceProps } from './props';

/**
 * Brings the schemas of both databases to those of the image; what is there already is left alone.
 *
 * @see https://docs.temporal.io/self-hosted-guide/upgrade-server
 */
export const SCHEMA = `#!/bin/sh
set -eu
# the tool takes a password from its environment alone
SQL_PASSWORD=$(cat "$SQL_PASSWORD_FILE")
export SQL_PASSWORD
apply() {
	export SQL_DATABASE="$1"
	temporal-sql-tool setup-schema --version 0.0
	temporal-sql-tool update-schema --schema-name "postgresql/v12/$2"
}
apply ${DATABASES.temporal} temporal
apply ${DATABASES.visibility} visibility
`;

/** Makes namespaces that are missing, and brings the others to what is said of them. */
export function namespacesScript(namespaces: Readonly<Record<string, TemporalNamespaceProps>>): string {
  const lines = Object.keys(namespaces)
    .sort()
    .map((name) => {
      const { retention = '72h', description = '' } = namespaces[name] as TemporalNamespaceProps;
      return `keep ${name} ${retention} ${quote(description)}\n`;
    });
  return `#!/bin/sh
set -eu
keep() {
	if temporal operator namespace describe --namespace "$1" >/dev/null 2>&1; then verb=update; else verb=create; fi
	# the server looks for new namespaces every ten seconds, and knows no others
	for pause in 5 10 15 0; do
		if temporal operator namespace $verb --namespace "$1" --retention "$2" --description "$3"; then return; fi
		sleep $pause
	done
	return 1
}
${lines.join('')}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
