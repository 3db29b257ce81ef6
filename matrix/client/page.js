import axios from 'axios'
import { attachCaspioAuth, isCaspioAuthError } from 'axios-caspio-auth'
import { runChecks } from './checks.js'

globalThis.runCell = (cell) => runChecks({ ...cell, axios, attachCaspioAuth, isCaspioAuthError })
