import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { outputOf } from './processes.mjs'

/** What projects have before they install the package: the range in package.json, and the lock file's version. */
const PROJECTS = [
  { range: undefined },
  { range: '1.7.9' },
  { range: '1.8.4' },
  { range: '^1.6.8', locked: '1.6.8' },
  { range: '^0.27.2' },
]
const COMMANDS = {
  'npm install axios-caspio-auth': [],
  'npm install axios-caspio-auth axios': ['axios'],
}
const FLAGS = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']

/**
 * Installs the tarball into projects that have an axios already, with npm.
 *
 * @returns for each project and command: what npm did, and the axios of the project afterwards
 */
export async function installOutcomes(folder, tarball) {
  const outcomes = []
  for (const { range, locked } of PROJECTS) {
    for (const [command, others] of Object.entries(COMMANDS)) {
      const project = join(folder, `install-${outcomes.length}`)
      await createProject(project, range, locked)
      const problem = await npm(project, `file:${tarball}`, ...others).then(
        () => undefined,
        (error) => /ERESOLVE/.exec(error.message)?.[0] ?? error.message.split('\n')[0],
      )
      outcomes.push({ range, locked, command, problem, axios: await axiosOf(project) })
    }
  }
  return outcomes
}

async function createProject(project, range, locked) {
  await mkdir(project, { recursive: true })
  const write = (wanted) => {
    const manifest = { private: true, ...(wanted && { dependencies: { axios: wanted } }) }
    return writeFile(join(project, 'package.json'), JSON.stringify(manifest))
  }
  await write(locked ?? range)
  await npm(project)
  if (!locked) return
  // A range with an older version in the lock file.
  await write(range)
  const lock = join(project, 'package-lock.json')
  const text = await readFile(lock, 'utf8')
  await writeFile(lock, text.replace(`"axios": "${locked}"`, `"axios": "${range}"`))
}

function npm(project, ...packages) {
  return outputOf('npm', ['install', ...FLAGS, ...packages], { cwd: project })
}

/** The version of axios that a project has; undefined if it has none. */
async function axiosOf(project) {
  try {
    const path = join(project, 'node_modules', 'axios', 'package.json')
    return JSON.parse(await readFile(path, 'utf8')).version
  } catch {
    return undefined
  }
}
