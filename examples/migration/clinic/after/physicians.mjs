import axios from 'axios'
import { PHYSICIANS } from '../urls.mjs'

export async function list() {
  const response = await axios.get(PHYSICIANS)
  return response.data.Result
}

export async function find(id) {
  const response = await axios.get(`${PHYSICIANS}?q.where=PK_ID=${id}`)
  return response.data.Result[0]
}

export async function inCity(city) {
  const response = await axios.get(PHYSICIANS, {
    params: { 'q.where': `City='${city}'`, 'q.orderBy': 'LastName' },
  })
  return response.data.Result.map((row) => row.LastName)
}

export async function withSpecialty(specialty) {
  const where = `Specialty='${specialty.replaceAll("'", "''")}'`
  const response = await axios({
    method: 'get',
    url: `${PHYSICIANS}?q.where=${encodeURIComponent(where)}`,
  })
  return response.data.Result
}

export async function acceptingPatients() {
  const response = await axios.request({
    url: PHYSICIANS,
    params: { 'q.where': 'AcceptsNewPatients=1', 'q.select': 'LastName,City' },
    timeout: 30_000,
  })
  return response.data.Result
}

export async function add(physician) {
  const response = await axios.post(`${PHYSICIANS}?response=rows`, physician)
  return response.data.Result[0].PK_ID
}

export async function move(id, city) {
  const response = await axios.put(`${PHYSICIANS}?q.where=PK_ID=${id}`, { City: city })
  return response.data.RecordsAffected
}

export async function remove(id) {
  const response = await axios.delete(`${PHYSICIANS}?q.where=PK_ID=${id}`)
  return response.data.RecordsAffected
}
