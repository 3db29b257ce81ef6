import type { CaspioView } from './option-types.js'

type Rows = Record<string, unknown>[]

/** A fresh copy of the default tables. */
export function sampleTables(): Record<string, Rows> {
  return { Physicians: physicians(), Appointments: appointments() }
}

/** The views over the default tables. */
export function sampleViews(): Record<string, CaspioView> {
  return {
    Cardiologists: {
      table: 'Physicians',
      where: "Specialty='Cardiology'",
      fields: ['FirstName', 'LastName', 'City', 'AcceptsNewPatients'],
    },
  }
}

function physicians(): Rows {
  const physician = (
    FirstName: string,
    LastName: string,
    Specialty: string,
    City: string,
    YearsInPractice: number,
    AcceptsNewPatients: boolean,
  ) => ({ FirstName, LastName, Specialty, City, YearsInPractice, AcceptsNewPatients })
  return [
    physician('Amara', 'Okafor', 'Cardiology', 'Oakland', 14, true),
    physician('Benedikt', 'Lindqvist', 'Pediatrics', 'San Jose', 6, true),
    physician('Carmen', 'Ruiz', 'Dermatology', 'Fresno', 21, false),
    physician('Dara', "O'Brien", 'Cardiology', 'Sacramento', 9, true),
    physician('Elif', 'Yıldız', 'Neurology', 'Oakland', 17, true),
    physician('Farid', 'Haddad', 'Orthopedics', 'San Jose', 3, true),
    physician('Grace', 'Nakamura', 'Pediatrics', 'Oakland', 28, false),
    physician('Henrik', 'Sørensen', 'Radiology', 'Fresno', 12, false),
    physician('Ines', 'Carvalho', 'Cardiology', 'San Jose', 5, true),
    physician('Jonah', 'Weiss', 'Oncology', 'Sacramento', 19, true),
    physician('Keiko', 'Tanaka', 'Neurology', 'Oakland', 8, false),
    physician('Luis', 'Mendoza', 'Orthopedics', 'Fresno', 24, true),
  ]
}

function appointments(): Rows {
  const appointment = (Physician_ID: number, Patient: string, StartsAt: string, Room: string) => ({
    Physician_ID,
    Patient,
    StartsAt,
    Room,
    Notes: null,
  })
  return [
    appointment(1, 'M. Alvarez', '2025-03-03T09:00:00', 'A1'),
    appointment(1, 'T. Brooks', '2025-03-03T09:30:00', 'A1'),
    appointment(2, 'S. Chen', '2025-03-03T10:00:00', 'B4'),
    appointment(4, 'R. Dubois', '2025-03-04T08:30:00', 'A2'),
    appointment(5, 'J. Ekström', '2025-03-04T11:15:00', 'C1'),
    appointment(7, 'P. Flores', '2025-03-05T13:00:00', 'B4'),
    appointment(9, 'L. Gupta', '2025-03-05T14:45:00', 'A2'),
    appointment(12, 'N. Hughes', '2025-03-06T16:00:00', 'D3'),
  ]
}
