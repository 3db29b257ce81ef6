/** Ends the messages that send a user to the credentials. */
export const IN_YOUR_ACCOUNT =
  'in your Caspio account, under Access permissions > Web services profiles > (profile)'
