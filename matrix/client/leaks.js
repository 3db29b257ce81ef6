/** The parts of an error that contain one of the secrets, in any encoding in which it may be sent. */
export function leaksIn(error, secrets, inspect) {
  const views = {
    String: String(error),
    stack: String(error.stack),
    JSON: JSON.stringify(error),
    'toJSON()': JSON.stringify(error.toJSON()),
    'its properties': everyTextIn(error).join('\n'),
    ...(inspect && {
      inspect: inspect(error, { depth: Infinity, showHidden: true, maxStringLength: Infinity }),
    }),
  }
  const forms = secrets.flatMap((secret) => {
    const encoded = new URLSearchParams([['', secret]]).toString().slice(1)
    return [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      encoded,
      // In HTTP Basic, text precedes the secret, so base64 can encode it in three alignments.
      ...[0, 1, 2].map((length) => btoa('-'.repeat(length) + encoded).slice(4, -4)),
    ]
  })
  return Object.keys(views).filter((name) => forms.some((form) => views[name].includes(form)))
}

/** Every string that can be reached, including hidden properties. */
function everyTextIn(root) {
  const texts = []
  const seen = new Set([root])
  for (const object of seen) {
    for (const key of Reflect.ownKeys(object)) {
      texts.push(String(key))
      // A getter may return an object, or may throw.
      let value
      try {
        value = object[key]
      } catch {}
      if (typeof value === 'string') texts.push(value)
      else if (typeof value === 'object' && value !== null) seen.add(value)
    }
  }
  return texts
}
