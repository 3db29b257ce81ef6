import axios from 'axios'
import { FILES } from '../urls.mjs'

export async function list() {
  const { data } = await axios.get(FILES)
  return data.Result.map((file) => file.Name)
}

export async function upload(name, text) {
  const form = new FormData()
  form.append('File', new Blob([text], { type: 'text/plain' }), name)
  const { data } = await axios.post(FILES, form)
  return data.Result[0].ExternalKey
}

export async function download(key) {
  const response = await axios.get(`${FILES}/${key}`, {
    responseType: 'arraybuffer',
  })
  return Buffer.from(response.data).toString()
}

export async function remove(key) {
  const response = await axios.delete(`${FILES}/${key}`, {
    validateStatus: (status) => status === 200 || status === 404,
  })
  return response.status
}
