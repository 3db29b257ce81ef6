// Keeps the counts of a fleet in Redis or Valkey: one hash for each month, whose fields are like
// "2026-11-27 call lower tables/Orders". `npx axios-caspio-auth usage --redis URL` shows what is in it.

const DAY_MS = 86_400_000
// Of these a delta may arrive twice, and of these months the counts are kept.
const KEEP_IDS_MS = 7 * DAY_MS
const KEEP_COUNTS_MS = 400 * DAY_MS

// KEYS: the key of the delta's ID, and the hashes. ARGV: both times, and then for each count the index
// of its hash, its field and what to add. All of it happens, or nothing does.
const ADD_ONCE = `
if not redis.call('SET', KEYS[1], 1, 'NX', 'PX', ARGV[1]) then return 0 end
for i = 3, #ARGV, 3 do redis.call('HINCRBY', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]) end
for i = 2, #KEYS do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
return 1`

/**
 * @param client a client of the package `redis` or `ioredis`
 * @param name the name of the account, if you have several in one Redis
 */
export function redisSink(client, name = 'caspio-calls') {
  // The braces keep all keys on one node of a cluster.
  const keyOf = (suffix) => `{${name}}:${suffix}`
  const evaluate = (keys, args) =>
    'defineCommand' in client
      ? client.eval(ADD_ONCE, keys.length, ...keys, ...args)
      : client.eval(ADD_ONCE, { keys, arguments: args })

  return {
    async write({ id, counts }) {
      const keys = [keyOf(`delta:${id}`)]
      const args = [String(KEEP_IDS_MS), String(KEEP_COUNTS_MS)]
      for (const { day, kind, resource, lower, upper } of counts) {
        const key = keyOf(day.slice(0, 7))
        if (!keys.includes(key)) keys.push(key)
        // Lua counts from 1.
        const index = String(keys.indexOf(key) + 1)
        if (lower) args.push(index, `${day} ${kind} lower ${resource}`, String(lower))
        args.push(index, `${day} ${kind} upper ${resource}`, String(upper))
      }
      await evaluate(keys, args)
    },
    async read() {
      const hashes = await Promise.all(
        recentMonths().map(
          (month) => client.hgetall?.(keyOf(month)) ?? client.hGetAll(keyOf(month)),
        ),
      )
      return hashes.flatMap(rowsOf)
    },
  }
}

/** The months of a billing period that includes today, in every time zone. */
function recentMonths() {
  const days = [-32, -16, 0, 1].map((days) => new Date(Date.now() + days * DAY_MS))
  return [...new Set(days.map((day) => day.toISOString().slice(0, 7)))]
}

function rowsOf(hash) {
  return Object.entries(hash).map(([field, count]) => {
    const [day, kind, bound, ...resource] = field.split(' ')
    return { day, kind, resource: resource.join(' '), lower: 0, upper: 0, [bound]: Number(count) }
  })
}
