import { createCaspio } from '../../../caspio.js'

const instances = {}

// Not cached itself, because it reads the URL.
export async function GET(request, { params }) {
  const { cache } = await params
  const { searchParams } = new URL(request.url)
  if (searchParams.has('restart')) delete instances[cache]
  instances[cache] ??= createCaspio(cache)
  const url = `/tables/Physicians/records?q.limit=${searchParams.get('limit')}`
  const { data } = await instances[cache].get(url)
  return Response.json(data.Result.length)
}
