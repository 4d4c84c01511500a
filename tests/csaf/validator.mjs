// Reads documents, one JSON text a line, and prints one line of faults for each: mandatory only.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'

const [library, edition, file] = process.argv.slice(2)
const at = (path) => import(pathToFileURL(`${library}/${path}`).href)
const tests = Object.values(await at(edition === '2.1' ? 'csaf_2_1/basic.js' : 'basic.js'))
const { default: validate } = await at('validate.js')
for await (const line of createInterface({ input: createReadStream(file) })) {
  const { tests: results } = await validate(tests, JSON.parse(line))
  const faults = results.flatMap((r) =>
    r.errors.map((e) => `${r.name} ${e.instancePath} ${e.message}`))
  console.log(JSON.stringify(faults))
}
