/** As ../physicians.mjs, in CommonJS. */
exports.createPhysicians = function createPhysicians(caspio) {
  const path = '/tables/Physicians/records'
  return {
    async namesIn(city) {
      const params = { 'q.where': `City='${city.replaceAll("'", "''")}'`, 'q.orderBy': 'LastName' }
      const { data } = await caspio.get(path, { params })
      return data.Result.map(({ FirstName, LastName }) => `${FirstName} ${LastName}`)
    },
    async retire(id) {
      const { data } = await caspio.delete(path, { params: { 'q.where': `PK_ID=${Number(id)}` } })
      return data.RecordsAffected === 1
    },
  }
}
