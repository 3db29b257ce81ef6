/** Where the three values stand. Ends many a message. */
export const IN_THE_ACCOUNT =
  'in the Caspio account under Access permissions > Web services profiles > (profile)'
