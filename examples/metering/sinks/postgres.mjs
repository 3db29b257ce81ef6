// Keeps the counts of a fleet in PostgreSQL, where a report can join them with what is yours.

/** Run it once, in a migration. */
export const CREATE_TABLES = `
CREATE TABLE IF NOT EXISTS caspio_calls (
  day date NOT NULL,
  kind text NOT NULL,
  resource text NOT NULL,
  lower_bound bigint NOT NULL,
  upper_bound bigint NOT NULL,
  PRIMARY KEY (day, kind, resource)
);
CREATE TABLE IF NOT EXISTS caspio_call_deltas (
  id text PRIMARY KEY,
  written_at timestamptz NOT NULL DEFAULT now()
);`

// One statement: all of it happens, or nothing does. A delta whose ID is known adds no row. In order,
// so that two processes do not wait for each other.
const ADD_ONCE = `
WITH delta AS (
  INSERT INTO caspio_call_deltas (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO caspio_calls
SELECT new.* FROM unnest($2::date[], $3::text[], $4::text[], $5::bigint[], $6::bigint[])
  AS new (day, kind, resource, lower_bound, upper_bound), delta
ORDER BY 1, 2, 3
ON CONFLICT (day, kind, resource) DO UPDATE SET
  lower_bound = caspio_calls.lower_bound + excluded.lower_bound,
  upper_bound = caspio_calls.upper_bound + excluded.upper_bound`

const READ = `
SELECT to_char(day, 'YYYY-MM-DD') AS day, kind, resource,
  lower_bound::float8 AS lower, upper_bound::float8 AS upper
FROM caspio_calls WHERE day > current_date - 33`

/** @param pool a pool or a client of the package `pg` */
export function postgresSink(pool) {
  return {
    async write({ id, counts }) {
      const columns = ['day', 'kind', 'resource', 'lower', 'upper'].map((name) =>
        counts.map((row) => row[name]),
      )
      await pool.query(ADD_ONCE, [id, ...columns])
    },
    read: async () => (await pool.query(READ)).rows,
  }
}
