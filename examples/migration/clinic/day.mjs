// One day at the clinic, the same for each program: calls the service, and prints the outcomes.
import { createHash } from 'node:crypto'

const DESKS = 20

// Caspio gives each uploaded file a new random key.
const KEY = /[\da-f]{8}-[\da-f-]{27}/g

export async function runDay(service) {
  const results = []

  async function part(name, act) {
    let calls = 0
    const failures = []
    await act(async (send, ...values) => {
      calls += 1
      const index = results.push(undefined) - 1
      try {
        const result = await send(...values)
        results[index] = result
        return result
      } catch (error) {
        failures.push(error.response?.status ?? error.message)
      }
    })
    const reasons = failures.length > 0 ? `, failed: ${tally(failures)}` : ''
    console.log(`${name}: ${calls - failures.length} of ${calls} calls worked${reasons}`)
  }

  await part('opening', (call) => allDesks(service, call))
  await part('morning', (call) => everything(service, call))
  await part('noon', (call) => carrierComes(service, call))
  await part('afternoon', async (call) => {
    await allDesks(service, call)
    await everything(service, call)
  })
  await part('closing', (call) => call(service.shipping.rates))
  console.log(`results: ${digest(results)}`)
}

/** All desks call at once. */
function allDesks({ physicians, appointments }, call) {
  return Promise.all(
    Array.from({ length: DESKS }, (_, desk) =>
      call(desk % 2 ? physicians.list : appointments.list),
    ),
  )
}

/** Calls each of the 20 call sites, one after the other. */
async function everything({ physicians, appointments, files }, call) {
  await call(physicians.list)
  await call(physicians.inCity, 'Oakland')
  await call(physicians.withSpecialty, "Women's health")
  await call(physicians.acceptingPatients)
  const physician = await call(physicians.add, {
    FirstName: 'Mira',
    LastName: 'Novak',
    Specialty: "Women's health",
    City: 'Fresno',
  })
  await call(physicians.find, physician)
  await call(physicians.move, physician, 'Oakland')

  await call(appointments.list)
  await call(appointments.ofPhysician, 1)
  await call(appointments.inRoom, 'A2')
  const appointment = await call(appointments.book, {
    Physician_ID: physician,
    Patient: 'O. Petrova',
    StartsAt: '2025-03-07T09:00:00',
  })
  await call(appointments.find, appointment)
  await call(appointments.changeRoom, appointment, 'C1')
  await call(appointments.addNote, appointment, 'Brings her X-rays.')
  await call(appointments.cancel, appointment)
  await call(physicians.remove, physician)

  const file = await call(files.upload, 'referral.txt', 'Dear colleague, …')
  await call(files.list)
  await call(files.download, file)
  await call(files.remove, file)
}

async function carrierComes({ shipping }, call) {
  await call(shipping.rates)
  await call(shipping.orderPickup, 3)
}

function tally(failures) {
  return [...new Set(failures)]
    .map((failure) => `${failures.filter((other) => other === failure).length} × ${failure}`)
    .join(', ')
}

/** A short hash, to compare the results of two programs. */
function digest(results) {
  const text = JSON.stringify(results).replace(KEY, 'key')
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}
