import { inspect } from 'node:util'
import axios from 'axios'
import { attachCaspioAuth, isCaspioAuthError } from 'axios-caspio-auth'
import { runChecks } from './checks.js'

const cell = JSON.parse(process.env.MATRIX_CELL)
const outcomes = await runChecks({ ...cell, axios, attachCaspioAuth, isCaspioAuthError, inspect })
console.log(JSON.stringify(outcomes))
