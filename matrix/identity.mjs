import { generate } from 'selfsigned'

/** A certificate for 127.0.0.1, and the certificate of the authority that issued it. */
export async function createIdentity() {
  const options = { keyType: 'ec', algorithm: 'sha256' }
  const authority = await generate([{ name: 'commonName', value: 'The CA of the matrix' }], {
    ...options,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    ...options,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  return { key, cert, ca: authority.cert }
}
