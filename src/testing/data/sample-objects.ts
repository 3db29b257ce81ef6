import { buildTable } from './build-table.js'
import type { Table } from './table.js'

const CREATED = '2025-01-07T09:00:00Z'
const CREATED_BY = 'Sample Administrator'

export interface Webhook {
  Id: string
  Status: string
  Name: string
  Description: string
  OutgoingUrls: string[]
  events: WebhookEvent[]
}

export interface WebhookEvent {
  Id: string
  Type: string
  Status: string
  ObjectName: string | null
  ObjectId: string
  ObjectFields: string[]
  EventSources: string[]
  CustomPayloadFields: string[]
  CustomPayloadTemplate: string | null
}

interface Task {
  Name: string
  ExternalKey: string
  Status: string
  TaskTimeZone: string
  Frequency: string
  Note: string
}

export interface BridgeApplication {
  AppName: string
  ExternalKey: string
  dataPages: { Name: string; AppKey: string; Path: string; Type: string; Note: string }[]
}

/** Objects that a client of the stand-in account can list and get, but not change. */
export interface SampleObjects {
  webhooks: Webhook[]
  tasks: Task[]
  applications: BridgeApplication[]
  directories: { Id: string; users: Table }[]
}

export const SAMPLE_TIMES = Object.freeze({ DateCreated: CREATED, CreatedBy: CREATED_BY })

/** @param table the name of the table that the webhook watches */
export function sampleObjects(table: string | undefined): SampleObjects {
  return {
    webhooks: [sampleWebhook(table ?? null)],
    tasks: [
      {
        Name: 'Nightly export',
        ExternalKey: '5f0d3a2e-6c1b-4f0e-9a55-0d6f2c1b7e01',
        Status: 'Ready',
        TaskTimeZone: 'UTC',
        Frequency: 'Every day',
        Note: '',
      },
    ],
    applications: [
      {
        AppName: 'Front desk',
        ExternalKey: '5f0d3a2e-6c1b-4f0e-9a55-0d6f2c1b7e02',
        dataPages: [
          {
            Name: 'Search',
            AppKey: '5f0d3000a1b2c3d4e5f60718',
            Path: '/',
            Type: 'Report',
            Note: '',
          },
        ],
      },
    ],
    directories: [{ Id: '5f0d3a2e-6c1b-4f0e-9a55-0d6f2c1b7e03', users: sampleUsers() }],
  }
}

function sampleWebhook(ObjectName: string | null): Webhook {
  return {
    Id: '5f0d3a2e-6c1b-4f0e-9a55-0d6f2c1b7e04',
    Status: 'Active',
    Name: 'New records',
    Description: '',
    OutgoingUrls: ['https://hooks.example.com/caspio'],
    events: [
      {
        Id: '5f0d3a2e-6c1b-4f0e-9a55-0d6f2c1b7e05',
        Type: 'table.recordInsert',
        Status: 'Active',
        ObjectName,
        ObjectId: '5f0d3a2e-6c1b-4f0e-9a55-0d6f2c1b7e06',
        ObjectFields: [],
        EventSources: ['Datasheet', 'DataPages', 'RESTAPIs', 'TriggeredActions', 'Tasks'],
        CustomPayloadFields: [],
        CustomPayloadTemplate: null,
      },
    ],
  }
}

function sampleUsers(): Table {
  const user = (FirstName: string, LastName: string, Email: string, _status: string) => ({
    FirstName,
    LastName,
    Email,
    _status,
    _sign_in_method: 'Caspio',
    _2fa_status: 'Disabled',
  })
  const rows = [
    user('Nina', 'Abbott', 'nina@example.com', 'Active'),
    user('Omar', 'Reyes', 'omar@example.com', 'Locked'),
  ]
  return buildTable('Staff', { rows, fields: { UserGUID: 'GUID' } })
}
