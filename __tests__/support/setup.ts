import { checkEveryTest } from './hygiene.js'

checkEveryTest()
