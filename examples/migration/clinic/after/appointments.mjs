import axios from 'axios'
import { APPOINTMENTS } from '../urls.mjs'

export async function list() {
  const { data } = await axios.get(APPOINTMENTS)
  return data.Result
}

export async function find(id) {
  const { data } = await axios.get(APPOINTMENTS, {
    params: { 'q.where': `PK_ID=${id}` },
  })
  return data.Result[0]
}

export async function ofPhysician(id) {
  const { data } = await axios.get(APPOINTMENTS, {
    params: { 'q.where': `Physician_ID=${id}`, 'q.orderBy': 'StartsAt' },
  })
  return data.Result.map((row) => `${row.StartsAt} ${row.Patient}`)
}

export async function inRoom(room) {
  const { data } = await axios.get(APPOINTMENTS, {
    params: { 'q.where': `Room='${room}'` },
    transformResponse: (text) => JSON.parse(text).Result ?? [],
  })
  return data.length
}

export async function book(appointment) {
  const { data } = await axios({
    method: 'post',
    url: `${APPOINTMENTS}?response=rows`,
    data: appointment,
  })
  return data.Result[0].PK_ID
}

export async function changeRoom(id, room) {
  const { data } = await axios({
    method: 'put',
    url: `${APPOINTMENTS}?q.where=PK_ID=${id}`,
    data: { Room: room },
  })
  return data.RecordsAffected
}

export async function addNote(id, note) {
  const { data } = await axios({
    method: 'put',
    url: `${APPOINTMENTS}?q.where=PK_ID=${id}`,
    headers: {
      'Content-Type': 'application/json',
    },
    data: JSON.stringify({ Notes: note }),
  })
  return data.RecordsAffected
}

export async function cancel(id) {
  const { data } = await axios.delete(APPOINTMENTS, {
    params: { 'q.where': `PK_ID=${id}` },
  })
  return data.RecordsAffected
}
