import type { ImageSpec } from '../model/values/image';

/** How the files of a program go from one release series to another. */
interface Rule {
  /** Repositories: the last elements of the path. */
  readonly repositories: RegExp;
  /** The release series in a tag; the first group counts. */
  readonly tags: readonly RegExp[];
  /** Which changes the program does by itself when it starts: none, to the next of a list, or to any newer one. */
  readonly takes: 'none' | readonly string[] | 'newer';
  /** What to do instead. */
  readonly fix: string;
}

const PG = [/pg-?v?(\d+)(?!\d)/i, /^v?(\d+)(?:[.-]|$)/];

/**
 * Whose files another release cannot read.
 *
 * @see https://www.postgresql.org/docs/current/upgrading.html for Postgres
 * @see https://dev.mysql.com/doc/refman/8.4/en/upgrade-paths.html for MySQL, and .../downgrading.html
 * @see https://mariadb.com/kb/en/downgrading-between-major-versions-of-mariadb/ for MariaDB
 * @see https://www.mongodb.com/docs/manual/release-notes/8.0-upgrade-standalone/ for MongoDB: from the series before alone
 * @see https://github.com/redis/redis/blob/unstable/src/rdb.h for Redis: a newer RDB version is refused
 */
const RULES: Readonly<Record<string, Rule>> = {
  postgres: {
    // TimescaleDB, pgvector and Citus name the major version of Postgres in the tag, and their own in front of it
    repositories: /(?:^|\/)(?:postgres|postgresql|pgvector|pgvecto-rs|timescaledb|timescaledb-ha|postgis|citus)$/,
    tags: PG,
    takes: 'none',
    fix: 'dump the data with the old version and restore it into the new one, or run pg_upgrade',
  },
  mysql: {
    repositories: /(?:^|\/)(?:mysql|mysql-server|percona-server)$/,
    tags: [/^v?(\d+\.\d+)/],
    takes: ['5.6', '5.7', '8.0', '8.4'],
    fix: 'go through each series of MySQL in order, or dump and restore',
  },
  mariadb: {
    repositories: /(?:^|\/)mariadb$/,
    tags: [/^v?(\d+\.\d+)/],
    takes: 'newer',
    fix: 'dump the data and restore it into the older version',
  },
  mongo: {
    repositories: /(?:^|\/)(?:mongo|mongodb|mongodb-community-server|percona-server-mongodb)$/,
    tags: [/^v?(\d+\.\d+)/, /^v?([5-9])(?:-|$)/],
    takes: ['4.0', '4.2', '4.4', '5.0', '6.0', '7.0', '8.0'],
    fix: 'go through each series of MongoDB in order, with its setFeatureCompatibilityVersion, or dump and restore',
  },
  redis: {
    repositories: /(?:^|\/)redis$/,
    tags: [/^v?(\d+)(?:[.-]|$)/],
    takes: 'newer',
    fix: 'start with an empty volume, or keep the newer version',
  },
};

/** Extensions whose tags tell their own version first: without `pg16` in it the version of Postgres is not known. */
const OWN_VERSION = /(?:^|\/)(?:pgvector|pgvecto-rs|timescaledb|timescaledb-ha|citus)$/;

/** The format of what an image keeps on its volumes: `postgres 16`; `undefined` if it keeps nothing of a known format. */
export function formatOf({ repository, tag }: ImageSpec): string | 'unknown' | undefined {
  for (const [name, { repositories, tags }] of Object.entries(RULES)) {
    if (!repositories.test(repository)) continue;
    const known = name === 'postgres' && OWN_VERSION.test(repository) ? tags.slice(0, 1) : tags;
    for (const one of known) {
      const series = one.exec(tag ?? '')?.[1];
      if (series !== undefined) return `${name} ${series}`;
    }
    return 'unknown';
  }
  return undefined;
}

/** Whether the new program reads what the old one wrote; if not, the way out. */
export function formatFix(before: string, now: string): string | undefined {
  const [name, old] = before.split(' ') as [string, string | undefined];
  const [other, series] = now.split(' ') as [string, string | undefined];
  const rule = RULES[name];
  if (!rule || old === undefined || series === undefined) return undefined;
  if (name !== other) return 'dump the data with the old program and restore it into the new one';
  const newer = compare(series, old);
  const { takes } = rule;
  if (newer === 0) return undefined;
  if (newer < 0 || takes === 'none') return rule.fix;
  if (takes === 'newer') return undefined;
  // at most to the next of the list; a release between two of it, such as MySQL 8.1, only from the one before
  const steps = takes.filter((step) => compare(step, old) > 0 && compare(step, series) <= 0);
  return steps.length === 0 || (steps.length === 1 && steps[0] === series) ? undefined : rule.fix;
}

/** `8.4` after `8.0`, `10.11` after `10.6`; `8` counts as `8.0`. */
function compare(a: string, b: string): number {
  const [x, y] = [a, b].map((text) => text.split('.').map(Number));
  return (x?.[0] ?? 0) - (y?.[0] ?? 0) || (x?.[1] ?? 0) - (y?.[1] ?? 0);
}
